#pragma once

#include "serialization/buffer.hpp"

#include <caf/actor_config.hpp>
#include <caf/actor_control_block.hpp>
#include <caf/actor_system.hpp>
#include <caf/monitorable_actor.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <span>
#include <utility>
#include <vector>

namespace tern {

/// Why a lean actor ended.
enum class lean_end : std::uint8_t { done = 1, erred = 2, moved = 3 };

/// A CAF actor without a mailbox: it can be addressed, sent to, monitored and
/// linked like any other, here and from other nodes, but a message is handled
/// in the sender's thread at once, and whatever takes time is somebody else's
/// (the node's compute threads). 184 bytes with CAF's control block, where an
/// event-based actor has 1,100.
///
/// It is not a `caf::resumable`: nothing of it ever runs on CAF's scheduler.
class lean_actor : public caf::monitorable_actor {
public:
  explicit lean_actor(caf::actor_config& config);

  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) final;

  /// The actor's end: monitors and links are told. `done` is CAF's `normal`;
  /// the others are errors of category "tern" with the number of `lean_end`.
  void terminate(lean_end why);

protected:
  /// A message of bytes. Any thread, several at once. False: not understood
  /// (a request is answered with an error).
  virtual bool on_bytes(std::span<const char> bytes) = 0;
};

/// Makes lean actors of one type in slabs: no allocation an actor, and all of a
/// plan's actors go together. A slab lives until its last actor is gone, so
/// that handles may outlive the arena. Any thread may call `make`.
template <class Actor>
class lean_arena {
public:
  explicit lean_arena(caf::actor_system& system) : system_(system) {}
  lean_arena(const lean_arena&) = delete;
  lean_arena& operator=(const lean_arena&) = delete;

  /// Drops the arena's own reference to every actor that it made.
  ~lean_arena() {
    for (auto* s : slabs_)
      s->drop_all();
  }

  template <class... Args>
  Actor& make(Args&&... args) {
    std::lock_guard guard{mutex_};
    if (slabs_.empty() || slabs_.back()->used == slabs_.back()->capacity) {
      slabs_.push_back(new slab{next_capacity_});
      next_capacity_ = std::min(next_capacity_ * 4, most_in_slab);
    }
    return slabs_.back()->make(system_, std::forward<Args>(args)...);
  }

private:
  // What caf::actor_storage is: control block, then the actor one cache line
  // further; `home` is what ours adds.
  struct cell {
    alignas(caf::actor_control_block) std::byte control[CAF_CACHE_LINE_SIZE];
    alignas(Actor) std::byte actor[sizeof(Actor)];

    caf::actor_control_block* block() noexcept {
      return reinterpret_cast<caf::actor_control_block*>(control);
    }
  };
  static_assert(sizeof(caf::actor_control_block) + sizeof(void*)
                <= CAF_CACHE_LINE_SIZE);

  // a huge page: such slabs leave no holes in the pool's memory
  static constexpr std::size_t most_in_slab =
      (std::size_t{2} << 20) / sizeof(cell);

  struct slab {
    explicit slab(std::size_t n)
      : memory(buffer::allocate(n * sizeof(cell))),
        cells(reinterpret_cast<cell*>(memory.mutable_data())), capacity(n) {}

    buffer memory;
    cell* cells;
    std::size_t capacity;
    std::size_t used = 0;
    std::atomic<std::size_t> alive{1}; ///< one for the arena

    template <class... Args>
    Actor& make(caf::actor_system& system, Args&&... args) {
      auto& c = cells[used];
      auto node = system.node();
      // the slab's address lies behind the control block, in its cache line
      new (c.control) caf::actor_control_block(
          system.next_actor_id(), node, &system, destroy_actor, free_cell);
      *home_of(c.block()) = this;
      caf::actor_config config;
      auto* result = new (c.actor) Actor(config, std::forward<Args>(args)...);
      ++used;
      alive.fetch_add(1, std::memory_order_relaxed);
      return *result;
    }
    void drop_all() {
      for (std::size_t i = 0; i < used; ++i)
        caf::intrusive_ptr_release(cells[i].block());
      drop();
    }
    void drop() {
      if (alive.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
    }
  };

  static slab** home_of(caf::actor_control_block* block) noexcept {
    return reinterpret_cast<slab**>(reinterpret_cast<std::byte*>(block)
                                    + sizeof(caf::actor_control_block));
  }
  static void destroy_actor(caf::abstract_actor* actor) {
    actor->on_destroy();
    actor->~abstract_actor();
  }
  static void free_cell(caf::actor_control_block* block) {
    auto* home = *home_of(block);
    block->~actor_control_block();
    home->drop();
  }

  caf::actor_system& system_;
  std::mutex mutex_;
  std::vector<slab*> slabs_;
  std::size_t next_capacity_ = 32;
};

} // namespace tern
