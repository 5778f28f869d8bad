#pragma once

#include "dataflow/runtime/held_call.hpp"
#include "dataflow/runtime/message.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace tern {

/// Blocks of plans that are kept, for tasks of other plans on this node: what
/// is here is taken as it is, the rest is asked for. Nobody waits: whoever
/// wants a block is called when it has come, which may be long, for a block
/// that was lost with its node is made again, by the very threads that a
/// waiting task would occupy.
///
/// Any thread. What it needs of the node comes as functions, so it has no
/// thread, clock or socket.
class held_blocks {
public:
  /// Takes the block, or the error that its task had; `not_found` if no node
  /// that could have it is left.
  using receiver = std::function<void(result<block>)>;

  struct surroundings {
    /// The block, if a task of the plan holds it on this node; else empty.
    std::function<block(std::uint64_t plan, std::uint64_t task)> here;
    /// Sends a `want` to a node of the plan; the answer comes to `arrived`.
    std::function<void(std::uint64_t plan, node_id to, dataflow_message m)> ask;
    /// Whether a node is a living member.
    std::function<bool(node_id)> lives;
    /// Calls back after a time.
    std::function<void(std::chrono::milliseconds, std::function<void()>)> later;
  };

  explicit held_blocks(surroundings world) : world_(std::move(world)) {}

  /// `then` is called once, in this call or later on any thread; not at all if
  /// the node ends before.
  void fetch(const held_call& from, std::int64_t index, receiver then);

  /// An answer to a `want`; false: nobody waits for it.
  bool arrived(std::uint64_t plan, const dataflow_message& m);

  /// Whoever still waits is forgotten; the node ends.
  void close();

private:
  using name = std::pair<std::uint64_t, std::uint64_t>; ///< plan, task
  struct entry {
    std::vector<node_id> nodes;
    std::vector<receiver> waiting;
    std::size_t attempts = 0;
  };

  void ask(name what);
  bool hand_out(name what, const result<block>& got);

  surroundings world_;
  std::mutex mutex_; ///< guards what follows
  std::map<name, entry> expected_;
  bool closed_ = false;
};

} // namespace tern
