#pragma once

#include <cstddef>
#include <cstdint>

namespace tern {

/// to[r * to_stride + c] = from[c * stride + r] for elements of `width` bytes
/// (4 or 8) and numbers of rows and columns that are multiples of 4.
void transpose_squares(std::size_t width, const void* from, std::int64_t stride,
                       std::size_t rows, std::size_t columns, void* to,
                       std::size_t to_stride) noexcept;

} // namespace tern
