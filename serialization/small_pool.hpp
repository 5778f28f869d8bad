#pragma once

#include <cstddef>
#include <cstdint>

namespace tern {

/// Sizes up to this one come from the caches of threads.
inline constexpr std::size_t max_small = 5120;

/// Memory for small objects: records of blocks and buffers, inputs of tasks.
/// Aligned to 16 bytes, to 64 if `size` is a multiple of 64. A size above
/// `max_small` goes to `operator new`. Throws `std::bad_alloc`.
///
/// Any thread may give back what another one allocated, also while threads
/// end and after `main`. For buffers see buffer.hpp.
void* small_allocate(std::size_t size);

/// `size` as it was given to `small_allocate`.
void small_free(void* memory, std::size_t size) noexcept;

/// Counters over all threads, living and ended.
struct small_counters {
  std::uint64_t in_use = 0;      ///< bytes handed out, as rounded
  std::uint64_t held = 0;        ///< bytes taken from the system, for good
  std::uint64_t allocations = 0; ///< since the start
};
small_counters count_small() noexcept;

} // namespace tern
