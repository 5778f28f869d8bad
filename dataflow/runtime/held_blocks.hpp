#pragma once

#include "dataflow/runtime/held_call.hpp"
#include "dataflow/runtime/message.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace tern {

/// Blocks of plans that are kept, for tasks of other plans on this node: what
/// is here is taken as it is, the rest is asked for and waited for. A task that
/// waits keeps its compute thread; that cannot lock up, for the answer needs
/// none, neither here nor there.
///
/// Any thread. What it needs of the node comes as functions, so it has no
/// thread, clock or socket but the wait itself.
class held_blocks {
public:
  struct surroundings {
    /// The block, if a task of the plan holds it on this node; else empty.
    std::function<block(std::uint64_t plan, std::uint64_t task)> here;
    /// Sends a `want` to a node of the plan; the answer comes to `arrived`.
    std::function<void(std::uint64_t plan, node_id to, dataflow_message m)> ask;
    /// Whether a node is a living member.
    std::function<bool(node_id)> lives;
  };

  explicit held_blocks(surroundings world) : world_(std::move(world)) {}

  /// Throws `task_error`: `not_found` if no node of the plan lives, or the
  /// error that the block's task had, or `unreachable` if nobody answers.
  block take(const held_call& from, std::int64_t index);

  /// An answer to a `want`; false: nobody waits for it.
  bool arrived(std::uint64_t plan, const dataflow_message& m);

  /// Who waits is sent away; the node ends.
  void close();

private:
  using name = std::pair<std::uint64_t, std::uint64_t>; ///< plan, task
  struct entry {
    int waiting = 0;
    block data;
    task_failure_ptr error;
  };

  block wait_for(const held_call& from, std::uint64_t task);
  void ask(const held_call& from, std::uint64_t task, std::size_t attempt);

  surroundings world_;
  std::mutex mutex_; ///< guards what follows
  std::condition_variable changed_;
  std::map<name, entry> expected_;
  bool closed_ = false;
};

} // namespace tern
