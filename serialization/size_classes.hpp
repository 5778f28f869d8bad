#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

// Sizes are rounded up to classes, so that memory which one size gave back
// serves the next one of about that size. Two ladders, each of fixed steps a
// doubling; a class loses at most one step to rounding.

namespace tern {

/// A ladder of sizes: `1 << StepsLog2` equal steps a doubling, from
/// `1 << FirstLog2` bytes to `1 << LastLog2` bytes, both ends included.
template <int FirstLog2, int LastLog2, int StepsLog2>
struct size_ladder {
  static constexpr std::size_t first = std::size_t{1} << FirstLog2;
  static constexpr std::size_t last = std::size_t{1} << LastLog2;
  static constexpr std::size_t steps = std::size_t{1} << StepsLog2;
  static constexpr std::uint32_t count =
      static_cast<std::uint32_t>((LastLog2 - FirstLog2) * steps + 1);

  /// The smallest class of at least `size` bytes; `size <= last`.
  static constexpr std::uint32_t class_of(std::size_t size) noexcept {
    if (size <= first)
      return 0;
    const auto log2 = std::bit_width(size - 1) - 1; // 2^log2 < size
    const auto within = ((size - 1) >> (log2 - StepsLog2)) & (steps - 1);
    return static_cast<std::uint32_t>(
        (static_cast<std::size_t>(log2 - FirstLog2) << StepsLog2) + within + 1);
  }

  /// Bytes of a class.
  static constexpr std::size_t size_of(std::uint32_t index) noexcept {
    const auto doubling = index >> StepsLog2;
    const auto within = index & (steps - 1);
    return (first << doubling)
           + (within << (FirstLog2 + static_cast<int>(doubling) - StepsLog2));
  }
};

/// Buffers of more than a page: at most 12.5 % lost, 145 classes.
using large_ladder = size_ladder<12, 30, 3>;

/// Small objects: steps of 16 bytes up to 128, then four a doubling. A size
/// that is a multiple of 64 gets a class that is one, too.
struct small_ladder {
  using upper = size_ladder<7, 13, 2>; // 128, 160, ... 8192
  static constexpr std::size_t step = 16;
  static constexpr std::size_t linear_last = 128;
  static constexpr std::size_t last = 5120;
  static constexpr std::uint32_t linear_count = linear_last / step;
  static constexpr std::uint32_t count = linear_count + upper::class_of(last);

  static constexpr std::uint32_t class_of(std::size_t size) noexcept {
    if (size <= linear_last)
      return size == 0 ? 0 : static_cast<std::uint32_t>((size - 1) / step);
    return linear_count - 1 + upper::class_of(size);
  }
  static constexpr std::size_t size_of(std::uint32_t index) noexcept {
    if (index < linear_count)
      return (index + 1) * step;
    return upper::size_of(index + 1 - linear_count);
  }
};

} // namespace tern
