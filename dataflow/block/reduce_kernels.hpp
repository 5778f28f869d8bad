#pragma once

#include "dataflow/block/kernels.hpp"

#include <cstddef>

namespace tern {

/// Elements of a run that are reduced by lanes, in one go.
inline constexpr std::size_t leaf_elements = 512;
/// Lanes of a leaf: element j is added to lane j % 32.
inline constexpr std::size_t leaf_lanes = 32;
/// Rows of a leaf where whole rows are added up.
inline constexpr std::size_t leaf_rows = 32;

/// Partial results in memory: component c of number i is at
/// `first` + (c * stride + i) numbers of the partial dtype.
struct partials {
  std::byte* first;
  std::size_t stride;
};

/// What a reduction does to values of one dtype.
struct reduce_kernels {
  /// Values [0, n) of a leaf, n <= leaf_elements, to one partial result.
  void (*leaf)(const void* values, std::size_t n, partials to);
  /// Values of a row to `n` partial results; `before` rows have gone in.
  void (*row)(const void* values, std::size_t n, std::size_t before,
              partials to);
  /// Each of `n` partial results of `from` into that of `to`, which comes
  /// first in order.
  void (*merge)(partials to, partials from, std::size_t n);
  /// `n` partial results of no values.
  void (*clear)(partials to, std::size_t n);
};

/// Combines partial results of the reductions that find an index.
using first_extreme_merge = decltype(reduce_kernels::merge);
first_extreme_merge find_first_extreme_merge(reduction r, dtype type);
/// The indices of a partial result as a block of shape `s`. Throws
/// `std::invalid_argument` for a slice without an element.
block first_extreme_finish(const block& part, const shape& s);

/// The dtype that values are cast to before they are reduced, so that each
/// reduction has kernels for few dtypes: float64 or complex128 for what becomes
/// that, boolean for what asks for truth.
dtype reduced_as(reduction r, dtype type) noexcept;

/// For values of a dtype that `reduced_as` gives, and for partial results
/// (`merge`). Throws `std::invalid_argument` for an unknown reduction.
const reduce_kernels& find_reduce_kernels(reduction r, dtype type);

// The families that `find_reduce_kernels` asks; null for one of another family.
const reduce_kernels* sum_kernels(reduction r, dtype type) noexcept;
const reduce_kernels* complex_sum_kernels(reduction r, dtype type) noexcept;
const reduce_kernels* extreme_kernels(reduction r, dtype type) noexcept;

} // namespace tern
