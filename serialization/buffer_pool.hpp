#pragma once

#include "serialization/buffer.hpp"
#include "serialization/large_heap.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tern {

/// Where the bytes of buffers come from: one pool a process, in three tiers.
///
/// - small, up to a page: header and bytes are one object of the threads'
///   caches (small_pool.hpp);
/// - medium, up to 256 KiB, and large: a heap each (large_heap.hpp), so that
///   small long-lived pieces do not cut up the memory of the large ones.
///
/// All members may be called by any thread; the pool outlives every other
/// object. Memory is got by `buffer::allocate`.
class buffer_pool {
public:
  struct counters {
    std::uint64_t in_use = 0; ///< bytes of buffers and small objects, rounded
    std::uint64_t held = 0;   ///< bytes taken from the system, in use or free
    std::uint64_t allocations = 0; ///< buffers and small objects so far
  };

  static constexpr std::size_t no_limit = large_heap::no_limit;

  static buffer_pool& process();

  buffer_pool(const buffer_pool&) = delete;
  buffer_pool& operator=(const buffer_pool&) = delete;

  counters count() const noexcept;

  /// Gives the free memory of medium and large buffers back to the system,
  /// in whole huge pages. The steady state never needs it.
  void trim() noexcept;

  /// Free memory above `bytes` goes back to the system as buffers are dropped
  /// and allocated, if more than `held` is held of it, in use or free; about
  /// half of `bytes` then stays. The default is `no_limit`.
  void limit_free(std::size_t bytes, std::size_t held = 0) noexcept;

private:
  friend class buffer;
  friend class spill_file;

  /// Whole pages that are nobody else's.
  static bool is_large(const buffer& b) noexcept;
  /// Its memory is mapped from the spill file until its last handle goes.
  static void mark_spilled(const buffer& b) noexcept;

  enum class tier : std::uint32_t { small, medium, large, bypassed };

  buffer_pool() noexcept;

  static tier tier_of(std::size_t size) noexcept;
  static std::size_t unit_of(tier t) noexcept;
  static std::uint32_t class_of(tier t, std::size_t capacity) noexcept;
  static tier tier_of_class(std::uint32_t c) noexcept;
  static std::size_t capacity_of_class(std::uint32_t c) noexcept;
  large_heap& heap(tier t) noexcept;
  buffer::rep* allocate_heap(std::size_t size, tier t);
  void release_heap(buffer::rep* r) noexcept;

  std::atomic<std::uint64_t> held_{0}; ///< by the heaps
  std::atomic<std::size_t> held_limit_{no_limit};
  large_heap medium_;
  large_heap large_;
};

} // namespace tern
