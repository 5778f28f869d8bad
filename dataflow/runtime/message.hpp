#pragma once

#include "actors/envelope.hpp"
#include "dataflow/block/block.hpp"
#include "dataflow/runtime/task_record.hpp"
#include "dataflow/runtime/task_state.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tern {

/// A moving task: its snapshot and what belongs to it. A block that it holds
/// travels as the message's `data`.
struct lend_body {
  struct input {
    std::uint32_t slot = 0;
    std::uint64_t producer = 0;
    std::uint32_t ordinal = 0;
    node_id holder;
    block data; ///< where it is small
    task_failure_ptr error;
  };
  task_snapshot snapshot;
  std::uint32_t priority = 0; ///< in the order of the region it comes from
  std::vector<input> inputs;
  std::vector<std::uint32_t> released;
  std::vector<node_id> wants;
  std::vector<node_id> monitors;
};

/// Why a ready task does not run, if it is for want of resources.
enum class resource_lack : std::uint8_t {
  none,
  in_use,     ///< others have them
  never_there ///< its node does not have them, or not so many
};

/// What one task says to another. Which members count depends on `kind`:
///
/// have        to: consumer, from: producer, slot, ordinal, node: the holder,
///             bytes; data where it is small
/// erred       to: consumer, from: producer, slot, error (as the answer to a
///             want: to is 0)
/// want        to: producer, asker, bytes: a stamp of the asker's; where the
///             part is enough that a task reads, from: that task, slot
/// block_data  from: producer, data: the answer, bytes: the stamp if it went
///             out at once; of a part to: the task that reads it, slot
/// release     to: producer, ordinal
/// lend        to: the task that moves, node: from where, lend; data: the block
///             if it holds one
/// installed   to: the task, node: who says so, epoch (refused: the same)
/// location    to: the task (at its owner), node: where it is, epoch
/// finished    to: the task (at its owner), node: where, epoch (released: the
///             same)
/// monitor     to: the task, asker; answered by down (from, text), once
/// order_move  to: the task, ordinal: target, its place in the view, asker;
///             answered by order_moved (from, node: where, ordinal: that node's
///             place, epoch: 1 if it will move, text: its phase)
/// inspect     to: the task, asker; answered by inspected (from, node: where,
///             ordinal: that node's place, epoch, slot: inputs filled, text:
///             its phase; where it waits for inputs bytes: the first of them
///             that is not here, asker: who holds that block; while it runs
///             slot: 1 + number of its thread, bytes: for so many ns;
///             where it is ready bytes: a resource_lack)
///
/// Between nodes, about no task and no plan:
///
/// steal_ask   slot: threads of the thief, ordinal: what it asks
///             (steal_state::question), bytes: room it has
/// steal_answer slot: tasks given, node: who gave the victim its own last work
struct dataflow_message {
  message_kind kind = message_kind::have;
  std::uint64_t to = 0; ///< packed keys
  std::uint64_t from = 0;
  std::uint32_t slot = 0;
  std::uint32_t ordinal = 0;
  std::uint32_t epoch = 0;
  node_id node;
  std::uint32_t hops = 0;
  node_id asker;
  std::uint64_t bytes = 0;
  std::string text; ///< of down, order_moved, inspected
  block data;
  task_failure_ptr error;
  std::shared_ptr<const lend_body> lend;
};

inline dataflow_message message_of(message_kind kind, std::uint64_t to,
                                   std::uint64_t from = 0) {
  dataflow_message m;
  m.kind = kind;
  m.to = to;
  m.from = from;
  return m;
}

/// Is it for whoever asked, who may be no task?
inline bool is_answer(const dataflow_message& m) noexcept {
  switch (m.kind) {
  case message_kind::down:
  case message_kind::order_moved:
  case message_kind::inspected:
    return true;
  case message_kind::block_data:
  case message_kind::erred:
    return m.to == 0;
  default:
    return false;
  }
}

/// Does it ask for something that is the same in any round of a plan?
inline bool asks(const dataflow_message& m) noexcept {
  return m.kind == message_kind::want || m.kind == message_kind::monitor
         || m.kind == message_kind::order_move
         || m.kind == message_kind::inspect;
}

/// Elements up to this size travel inside a message, larger ones beside it.
inline constexpr std::size_t inline_limit = 1024;

} // namespace tern
