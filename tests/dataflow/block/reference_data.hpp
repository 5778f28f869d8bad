#pragma once

#include "dataflow/block/kernels.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace tern::test {

/// The array in data/`name`.npy as a block.
block load(const std::string& name);

/// Row `i` of a 2-d block.
block row(const block& b, std::int64_t i);

/// A block of these values.
template <class T>
block make(const shape& s, const std::vector<T>& values) {
  block_builder out(dtype_of<T>, s);
  for (std::size_t i = 0; i < values.size(); ++i)
    out.values<T>()[i] = values[i];
  return out.finish();
}

/// Uniform random numbers of a shape: something without structure.
block noise(const shape& s, std::uint64_t seed, dtype type = dtype::float64);

inline operand whole(const block& b) {
  return {.data = b, .axes = {}, .made = nullptr, .origin = {}};
}

/// A program of one operation on operands 0, 1, ... of dtype `in`.
program single(opcode op, dtype in, dtype out);

/// A constant's bits, as in `step`.
std::uint64_t bits_of(double value);

/// Distance in units of the last place of `want`; any NaN equals any NaN.
double ulps(double got, double want);
double ulps(float got, float want);

/// Same dtype, shape and bytes, NaN being equal to NaN.
bool identical(const block& a, const block& b);

} // namespace tern::test
