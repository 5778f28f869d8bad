#pragma once

#include <cstddef>
#include <cstdint>

namespace tern {

/// A matrix of elements in memory. Strides in elements, any sign, 0 repeats.
struct strided_matrix {
  const std::byte* first;
  std::int64_t row_stride;
  std::int64_t column_stride;
  std::size_t rows;
  std::size_t columns;
};

/// Copies `from`, elements of `width` bytes (1, 2, 4, 8 or 16), to rows of `to`
/// that are contiguous and `to_stride` elements apart.
void copy_matrix(std::size_t width, const strided_matrix& from, std::byte* to,
                 std::size_t to_stride) noexcept;

/// Asks the processor to fetch the lines of `m`, as its own if they are
/// `to_write`. Does nothing for rows or columns that are not contiguous.
void prefetch_matrix(std::size_t width, const strided_matrix& m,
                     bool to_write = false) noexcept;

} // namespace tern
