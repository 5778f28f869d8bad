#pragma once

#include "actors/actor_id.hpp"
#include "dataflow/block/block.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/task_state.hpp"
#include "serialization/failure.hpp"

#include <atomic>
#include <compare>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tern {

/// An error on its way to the roots, with the task in which it began.
struct task_failure {
  block_key origin;
  failure why;
};
using task_failure_ptr = std::shared_ptr<const task_failure>;

/// A block key in one word: the low half of the task's actor id.
constexpr std::uint64_t pack(const block_key& k) noexcept {
  return actor_id::task(0, k.layer, static_cast<std::uint64_t>(k.index)).low;
}
constexpr block_key unpack(std::uint64_t low) noexcept {
  const actor_id id{0, low};
  return {id.layer(), static_cast<std::int64_t>(id.index())};
}

/// A lock of one byte for the few instructions of one event.
class spin_lock {
public:
  void lock() noexcept {
    while (flag_.exchange(true, std::memory_order_acquire))
      while (flag_.load(std::memory_order_relaxed))
        __builtin_ia32_pause();
  }
  void unlock() noexcept {
    flag_.store(false, std::memory_order_release);
  }

private:
  std::atomic<bool> flag_{false};
};

struct task_record;

/// Who reads only a part of a block: a slot of a task.
struct part_reader {
  std::uint64_t task = 0; ///< packed; 0: nobody, all of the block is meant
  std::uint32_t slot = 0;

  friend auto operator<=>(const part_reader&, const part_reader&) = default;
};

/// A block that another node holds (one object a block and node, shared by all
/// inputs that name it), or the part of it that one task reads, or the error
/// that came instead of one.
struct far_block {
  explicit far_block(std::uint64_t k, part_reader of = {}) : key(k), part(of) {}

  const std::uint64_t key; ///< packed
  const part_reader part;  ///< whose it is
  task_failure_ptr error;  ///< constant

  spin_lock lock; ///< guards the rest
  block data;
  std::vector<std::pair<task_record*, std::uint32_t>> waiting;
};

/// A filled slot: which block, where it is held, and the block itself once it
/// is in this memory.
struct task_input {
  block data;
  std::shared_ptr<far_block> far; ///< null where the block was made here
  std::uint64_t producer = 0;     ///< packed key
  std::uint32_t ordinal = 0;      ///< this slot's number among the consumers
  node_index holder = no_node;
};

/// What few tasks have.
struct task_extras {
  std::vector<node_id> wants;    ///< who asked before there was a block
  std::vector<node_id> monitors; ///< who is told of its end
  task_failure_ptr error;
};

/// A kernel at work.
struct execution {
  unsigned thread = 0;  ///< of the node's compute threads
  std::uint64_t ns = 0; ///< so far
};

/// One task or block: its state machine and what the machine speaks about.
/// The lean actor (task_actor.hpp) and the simulator both hold one. The
/// engine takes `lock` around each event; never two locks at once.
struct task_record {
  task_record(block_key k, std::uint32_t slots, std::uint32_t consumers,
              bool mine, std::uint32_t order)
    : state(slots, consumers, mine), low(pack(k)), priority(order) {}

  task_state state;
  const std::uint64_t low;              ///< packed key
  std::unique_ptr<task_input[]> inputs; ///< by slot, from the first fill on
  block result;
  std::unique_ptr<task_extras> extras;
  std::uint32_t priority;
  spin_lock lock;

  block_key key() const noexcept {
    return unpack(low);
  }
  task_extras& more() {
    if (!extras)
      extras = std::make_unique<task_extras>();
    return *extras;
  }
  task_input& input(std::uint32_t slot) {
    if (!inputs)
      inputs = std::make_unique<task_input[]>(state.slots());
    return inputs[slot];
  }
};

} // namespace tern
