#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// How much of a stream is told one by one.
struct stream_limits {
  std::size_t lanes = 512;
  std::size_t tasks = 20'000; ///< more of them are merged into bars
  std::size_t bars = 20'000;  ///< and as many long tasks beside them
  std::size_t arrows = 2000;
  std::size_t layers = 1000;
};

/// A thread that ran tasks.
struct stream_lane {
  std::size_t node = 0; ///< position in the trace
  std::uint32_t thread = 0;
  std::string name;
};

/// A layer of a plan, with the time of its tasks.
struct stream_layer {
  std::uint64_t plan = 0;
  std::uint32_t layer = 0;
  std::uint64_t tasks = 0;
  std::uint64_t failed = 0;
  std::int64_t time = 0;
};

/// A task by itself. Times are ns since the stream's begin.
struct stream_task {
  std::uint32_t lane = 0;
  std::int64_t begin = 0;
  std::int64_t time = 0;
  std::size_t layer = 0; ///< position; that many as there are: none of them
  std::uint64_t index = 0;
  bool failed = false;
};

/// Tasks of one lane that are too short to be seen, from `begin` on.
struct stream_bar {
  std::uint32_t lane = 0;
  std::int64_t begin = 0;
  std::int64_t width = 0;
  std::int64_t busy = 0;
  std::uint64_t tasks = 0;
  std::uint64_t failed = 0;
  std::size_t layer = 0; ///< that took most of it
};

enum class arrow_kind : std::uint8_t {
  moved,  ///< an actor, or a task of which the other end was not seen
  lent,   ///< a task that its node gave away
  stolen, ///< one that a node without work asked for
};

/// An actor or a task that went from one node to another.
struct stream_arrow {
  arrow_kind what = arrow_kind::moved;
  actor_id who;
  std::size_t from = 0; ///< position of a node in the trace
  std::int64_t sent = 0;
  std::size_t to = 0;
  std::int64_t received = 0;
};

/// What ran where and when: of all nodes on one clock, and never more than the
/// limits allow. Whatever is merged or left out is counted.
struct task_stream {
  std::int64_t begin = 0; ///< of the first task, on the trace's clock
  std::int64_t span = 0;  ///< to the end of the last one
  std::vector<stream_lane> lanes;
  std::vector<stream_layer> layers; ///< those that took most time first
  std::vector<stream_task> tasks;   ///< by lane and begin
  std::vector<stream_bar> bars;     ///< likewise
  std::vector<stream_arrow> arrows;

  std::uint64_t ended = 0;    ///< tasks, all together
  std::uint64_t merged = 0;   ///< of these: in bars
  std::uint64_t off_lane = 0; ///< blocks were fetched, on no thread
  std::uint64_t left_out = 0; ///< on lanes beyond the limit
  std::uint64_t lanes_left_out = 0;
  std::uint64_t arrows_left_out = 0;
  std::uint64_t layers_left_out = 0;
};

/// `offsets`: of the nodes' clocks, see `align_clocks`.
task_stream stream_of(const trace_content& trace,
                      std::span<const std::int64_t> offsets,
                      const stream_limits& limits = {});

} // namespace tern
