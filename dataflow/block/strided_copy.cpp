#include "dataflow/block/strided_copy.hpp"

#include "dataflow/block/transpose.hpp"

#include <algorithm>
#include <cstring>

// Four cases: rows that are contiguous, repeated, or columns that are
// contiguous (a transposition), and the rest.

namespace tern {

namespace {

/// 16 bytes: a complex128.
struct word_pair {
  std::uint64_t words[2];
};

template <class T>
void copy_row(const T* from, std::int64_t stride, std::size_t n, T* to) {
  if (stride == 1)
    std::memcpy(to, from, n * sizeof(T));
  else if (stride == 0)
    std::fill_n(to, n, *from);
  else
    for (std::size_t i = 0; i < n; ++i)
      to[i] = from[static_cast<std::int64_t>(i) * stride];
}

/// Squares of 4 x 4 first, then what is left at the right and below. Elements
/// of 16 bytes fill a register each as they are.
template <class T>
void transpose(const T* from, const strided_matrix& m, T* to,
               std::size_t to_stride) {
  const auto stride = m.column_stride;
  const auto rows = sizeof(T) == 4 || sizeof(T) == 8 ? m.rows / 4 * 4 : 0;
  const auto columns = m.columns / 4 * 4;
  if (rows != 0)
    transpose_squares(sizeof(T), from, stride, rows, columns, to, to_stride);
  for (std::size_t row = 0; row < m.rows; ++row)
    for (auto column = row < rows ? columns : 0; column < m.columns; ++column)
      to[row * to_stride + column] =
          from[static_cast<std::int64_t>(column) * stride
               + static_cast<std::int64_t>(row)];
}

template <class T>
void copy_as(const strided_matrix& m, std::byte* to, std::size_t to_stride) {
  const auto* from = reinterpret_cast<const T*>(m.first);
  auto* out = reinterpret_cast<T*>(to);
  if (m.row_stride == 1 && m.column_stride != 1 && m.column_stride != 0)
    return transpose(from, m, out, to_stride);
  for (std::size_t row = 0; row < m.rows; ++row)
    copy_row(from + static_cast<std::int64_t>(row) * m.row_stride,
             m.column_stride, m.columns, out + row * to_stride);
}

} // namespace

void copy_matrix(std::size_t width, const strided_matrix& from, std::byte* to,
                 std::size_t to_stride) noexcept {
  switch (width) {
  case 1:
    return copy_as<std::uint8_t>(from, to, to_stride);
  case 2:
    return copy_as<std::uint16_t>(from, to, to_stride);
  case 4:
    return copy_as<std::uint32_t>(from, to, to_stride);
  case 16:
    return copy_as<word_pair>(from, to, to_stride);
  default:
    return copy_as<std::uint64_t>(from, to, to_stride);
  }
}

void prefetch_matrix(std::size_t width, const strided_matrix& m,
                     bool to_write) noexcept {
  constexpr std::size_t line = 64;
  const bool by_columns = m.row_stride == 1 && m.column_stride != 1;
  if (!by_columns && (m.column_stride != 1 || m.row_stride == 0))
    return;
  const auto runs = by_columns ? m.columns : m.rows;
  const auto bytes = (by_columns ? m.rows : m.columns) * width;
  const auto step = (by_columns ? m.column_stride : m.row_stride)
                    * static_cast<std::int64_t>(width);
  const auto* run = m.first;
  for (std::size_t i = 0; i < runs; ++i, run += step)
    for (std::size_t at = 0; at < bytes + line - 1; at += line)
      if (to_write)
        __builtin_prefetch(run + at, 1, 2);
      else
        __builtin_prefetch(run + at, 0, 2);
}

} // namespace tern
