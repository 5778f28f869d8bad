#pragma once

#include "actors/trace/message_flights.hpp"
#include "actors/trace/trace_file.hpp"
#include "dataflow/graph/graph.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace tern {

/// A task that ran, once, on one node. Times are ns.
struct traced_execution {
  block_key task;
  std::size_t node = 0; ///< position in `plan_history::nodes`
  std::uint32_t thread = 0;
  std::int64_t fired = 0;
  std::int64_t ended = 0;
  bool failed = false;
  bool holds_thread = true; ///< no: it fetched a block and ended elsewhere
};

/// How the block of a task came to another node.
struct block_journey {
  std::optional<std::int64_t> asked;   ///< there, for the first time
  std::optional<std::int64_t> arrived; ///< there, for the first time
};

/// The last node that got a block, and when.
struct block_delivery {
  std::size_t node = 0;
  std::int64_t time = 0;
};

/// A task that came to a node before it ran.
struct task_arrival {
  std::size_t from = 0;
  std::int64_t sent = 0;
  std::int64_t received = 0;
};

/// A node as a plan saw it.
struct history_node {
  node_id id;
  std::string name;
  std::optional<std::int64_t> began; ///< its first task
  unsigned threads = 0;              ///< that ran tasks
};

/// What a trace tells of one plan: a view of the events that is asked by task.
/// All times are on one clock (`align_clocks`). Tasks that the graph does not
/// have are left out, and so are executions that have no end.
class plan_history {
public:
  plan_history(const trace_content& trace, std::uint64_t plan,
               const edge_index& edges);

  const std::vector<history_node>& nodes() const noexcept {
    return nodes_;
  }
  /// From the plan's first event to the last one of its tasks.
  std::int64_t begin() const noexcept {
    return begin_;
  }
  std::int64_t end() const noexcept {
    return end_;
  }
  /// By task, those of one task in order of time.
  std::span<const traced_execution> executions() const noexcept {
    return executions_;
  }
  std::span<const traced_execution> executions_of(const block_key& task) const;
  /// The last one that began by `limit`; null if there is none.
  const traced_execution* last_of(const block_key& task,
                                  std::int64_t limit) const;
  /// The one that ended last; null if there is none.
  const traced_execution* last() const;
  /// Tasks that ran at least once.
  std::int64_t tasks() const noexcept {
    return tasks_;
  }

  /// When `node` heard, for `reader`, that `block` is there; none: by no
  /// message.
  std::optional<std::int64_t> heard(const block_key& block,
                                    const block_key& reader,
                                    std::size_t node) const;
  /// Null: no message told of it.
  const block_journey* journey(const block_key& block, std::size_t node) const;
  /// The last time that the task came to `node`, up to `limit`.
  std::optional<task_arrival> arrival(const block_key& task, std::size_t node,
                                      std::int64_t limit) const;
  /// Who had the block last of all, after it was made at `from`.
  std::optional<block_delivery> delivered(const block_key& block,
                                          std::int64_t from) const;

private:
  struct mark;

  std::vector<mark> marks_of(const trace_content& trace, std::uint64_t plan,
                             const edge_index& edges);
  void pair(std::vector<mark> marks);
  void read(const message_flight& f, const edge_index& edges);
  void extend(std::int64_t time) noexcept;

  std::vector<history_node> nodes_;
  std::vector<std::int64_t> offsets_; ///< of the nodes' clocks
  std::vector<traced_execution> executions_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  bool empty_ = true;
  std::int64_t tasks_ = 0;
  std::map<std::tuple<block_key, block_key, std::size_t>, std::int64_t> heard_;
  std::map<std::pair<block_key, std::size_t>, block_journey> journeys_;
  std::map<std::pair<block_key, std::size_t>, std::vector<task_arrival>>
      arrivals_;
};

} // namespace tern
