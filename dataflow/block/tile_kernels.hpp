#pragma once

#include "dataflow/block/program.hpp"

#include <cstddef>

namespace tern {

/// Elements that one step of a program works on at a time: five tiles of
/// doubles fit the smallest level-one cache in use.
inline constexpr std::size_t tile_elements = 512;

/// A kernel may read and write up to the next multiple of this many elements.
inline constexpr std::size_t tile_padding = 16;

constexpr std::size_t padded(std::size_t elements) noexcept {
  return (elements + tile_padding - 1) / tile_padding * tile_padding;
}

/// One step over one tile: `out[i] = f(a[i], b[i], c[i])` for i < n. `out`
/// does not overlap an operand. The value of out[i] depends on the values at i
/// alone: whole vectors are computed, up to `padded(n)`, so that the last
/// elements take the same way as all others.
using tile_kernel = void (*)(const void* a, const void* b, const void* c,
                             void* out, std::size_t n);

/// The kernel of `op` on operands of dtype `in`, for the instruction set of
/// this processor; null if there is none. `out` tells casts apart, and the
/// type of b and c of `select`.
tile_kernel find_kernel(opcode op, dtype in, dtype out) noexcept;

// The families that `find_kernel` asks; null for an `op` of another family.
tile_kernel arithmetic_kernel(opcode op, dtype in) noexcept;
tile_kernel integer_kernel(opcode op, dtype in) noexcept;
tile_kernel comparison_kernel(opcode op, dtype in) noexcept;
tile_kernel cast_kernel(dtype in, dtype out) noexcept;
tile_kernel select_kernel(dtype out) noexcept;
tile_kernel trigonometric_kernel(opcode op, dtype in) noexcept;
tile_kernel exponential_kernel(opcode op, dtype in) noexcept;
tile_kernel logarithm_kernel(opcode op, dtype in) noexcept;
tile_kernel inverse_kernel(opcode op, dtype in) noexcept;
tile_kernel power_kernel(opcode op, dtype in) noexcept;
tile_kernel library_kernel(opcode op, dtype in) noexcept;
// The same for complex numbers.
tile_kernel complex_kernel(opcode op, dtype in) noexcept;
tile_kernel complex_function(opcode op, dtype in) noexcept;

} // namespace tern
