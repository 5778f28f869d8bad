#pragma once

#include "actors/trace/event.hpp"
#include "actors/trace/names.hpp"
#include "serialization/failure.hpp"
#include "serialization/version.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace tern {

/// The first record of a trace: what its numbers mean.
struct trace_header {
  std::uint32_t version = 1;
  std::string tern = library_version; ///< that wrote it; empty: not known
  name_table kinds = names_of_events();
  name_table messages = names_of_messages();

  friend bool operator==(const trace_header&, const trace_header&) = default;
};

/// A run of events of one thread of a node.
struct trace_events {
  node_id node;
  thread_trace thread;

  friend bool operator==(const trace_events&, const trace_events&) = default;
};

/// Some steps of a node's actors, and which are missing.
struct trace_steps {
  node_id node;
  std::vector<recorded_step> steps;
  std::vector<step_loss> lost;

  friend bool operator==(const trace_steps&, const trace_steps&) = default;
};

/// A plan that was submitted while nodes recorded.
struct trace_plan {
  std::uint64_t id = 0;
  std::string text;             ///< the user's words; empty: none
  std::vector<std::byte> bytes; ///< the plan; its meaning is not known here

  friend bool operator==(const trace_plan&, const trace_plan&) = default;
};

/// A piece of one, of which all have `size` bytes together.
struct trace_plan_piece {
  trace_plan plan;
  std::uint64_t size = 0;

  friend bool operator==(const trace_plan_piece&,
                         const trace_plan_piece&) = default;
};

/// A `node_trace` in a record has no threads and no steps: these are records of
/// their own.
using trace_record = std::variant<trace_header, node_trace, trace_events,
                                  trace_plan_piece, trace_steps>;

/// Appends one record as one LZ4 frame. Of `trace_events` at most
/// `max_events_a_record` may be given, of `trace_steps` one or so many as have
/// `max_step_bytes_a_record` together.
void append_record(std::vector<std::byte>& out, const trace_record& record);
inline constexpr std::size_t max_events_a_record = 8192;
inline constexpr std::size_t max_step_bytes_a_record = std::size_t{256} << 10;

/// Gives the records of a whole node one by one: its own, then its events and
/// steps in as many as needed.
void split_node(const node_trace& node,
                const std::function<void(const trace_record&)>& take);

/// Appends a whole node: its record, then its events and steps in as many as
/// needed.
void append_node(std::vector<std::byte>& out, const node_trace& node);

/// The same with a whole plan. Of its text at most `max_plan_text` bytes are
/// kept.
void split_plan(const trace_plan& plan,
                const std::function<void(const trace_record&)>& take);

/// Appends a whole plan, in as many pieces as needed.
void append_plan(std::vector<std::byte>& out, const trace_plan& plan);
inline constexpr std::size_t max_plan_text = std::size_t{64} << 10;

/// A record with the bytes of its frame; none of a kind that this version does
/// not know.
struct framed_record {
  std::optional<trace_record> record;
  std::size_t stored = 0;
};

/// What no frame of a trace exceeds.
inline constexpr std::size_t max_stored_record = std::size_t{5} << 20;

/// The record in the frame at the start of `from`, which lies at `offset` in
/// its trace; nothing if it is cut off. Fails with `malformed`, naming the
/// offset.
result<std::optional<framed_record>>
read_framed_record(std::span<const std::byte> from, std::uint64_t offset);

/// A failure of the frame at `offset`.
tl::unexpected<failure> bad_frame(std::uint64_t offset, const failure& why);

/// Reads records off a `.tern-trace` file (or a part of one) that lies in
/// memory.
///
/// Any bytes give records or a failure. A last frame that is cut off is the end
/// of the trace, and `truncated`. Kinds of records that this version does not
/// know are passed over.
class trace_reader {
public:
  explicit trace_reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  /// Nothing at the end. Fails with `malformed`, naming the offset of the
  /// frame; then nothing more can be read.
  result<std::optional<trace_record>> next();

  bool truncated() const noexcept {
    return truncated_;
  }

private:
  std::span<const std::byte> rest_;
  std::size_t offset_ = 0;
  bool truncated_ = false;
};

} // namespace tern
