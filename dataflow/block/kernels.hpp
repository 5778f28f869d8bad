#pragma once

#include "dataflow/block/block.hpp"
#include "dataflow/block/program.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// An operand of an elementwise call: a block, seen through `axes`, or a
/// source evaluated at `origin`.
struct operand {
  block data; ///< empty: use `made`
  /// For each axis of the result the axis of the operand that runs along it,
  /// or -1 where the operand is repeated (extent-1 axes repeat too). Empty
  /// means: same axes as the result.
  boost::container::small_vector<std::int8_t, 4> axes;
  const source* made = nullptr;
  shape origin; ///< global index of the result's first element, source's axes
};

/// Runs `code` over all elements of a block of shape `s`. Tiles stay in L1;
/// one pass over memory, no temporaries. NumPy's rules for division by zero,
/// NaN and integer overflow (wraps); int64 floor_divide and remainder by zero
/// give 0. The result's dtype is `code.type()`.
block elementwise(const program& code, std::span<const operand> operands,
                  const shape& s);

/// Reductions. Numbers are part of the wire format.
enum class reduction : std::uint8_t {
  sum,
  mean,
  min,
  max,
  nanmean,
  nansum,
  std_deviation,
  variance,
  prod,
  any,
  all,
  nanmin,
  nanmax,
  count_nonzero,
  argmin,
  argmax,
  nanargmin,
  nanargmax,
  nanprod,
  nan_std_deviation,
  nan_variance,
};

/// The dtype of the result of reducing elements of `type`.
dtype result_type(reduction r, dtype type) noexcept;

/// Whether the result is an index: argmin, argmax and their nan forms.
bool finds_index(reduction r) noexcept;

/// Whether elements are compared: minima, maxima, and where they are. Not for
/// complex numbers.
bool needs_order(reduction r) noexcept;

/// The dtype of the partial results: float64, of complex numbers complex128;
/// int64 for sums, products and counts of integers and booleans, and for
/// indices of what is not floating; boolean for any and all; that of the
/// elements for the minima and maxima.
dtype partial_type(reduction r, dtype type) noexcept;

/// The numbers that one partial result holds an element: sum 1, mean 2 ...
std::size_t components(reduction r) noexcept;

/// First step: reduces `code` over the operands (as `elementwise` would give
/// it, without storing it) along `axes` (true: reduced, one flag an axis of
/// `s`). Result: a partial block of shape (components, s with reduced axes 1)
/// and dtype `partial_type`. The order of additions follows from `s` and `axes`
/// alone, so the bits depend on values and shape, not on how operands lie in
/// memory; reduce.cpp tells which order. No elements give what changes nothing
/// in a combination: 0, 1, false, true, or for minima and maxima the opposite
/// end of the dtype (NaN where NaN is ignored).
block reduce_chunk(reduction r, const program& code,
                   std::span<const operand> operands, const shape& s,
                   const std::vector<bool>& axes);

/// The same for the reductions that find an index, along one axis or
/// neighbours. The block begins at `origin` in an array of shape `whole`;
/// indices are row-major among all reduced elements of that array.
block first_extreme_chunk(reduction r, const program& code,
                          std::span<const operand> operands, const shape& s,
                          const std::vector<bool>& axes, const shape& origin,
                          const shape& whole);

/// Next steps: combines one or more partial blocks of equal shape, from left
/// to right.
block reduce_combine(reduction r, std::span<const block> parts);

/// Last step: a combined partial block to the result, shape `s` (with or
/// without the reduced axes) and dtype `type` (that of the result). `ddof`:
/// for std and variance, which divide by count - ddof. Throws
/// `std::invalid_argument` for an index where there is no element.
block reduce_finish(reduction r, const block& part, const shape& s, dtype type,
                    double ddof);

/// Sums and products, NaN left out or not.
bool can_scan(reduction how) noexcept;

/// Running results of `x` along `axis`: element i is what reducing elements
/// 0 ... i gives, in this order, after `carry` (extent 1 along the axis; or
/// empty). For int64, uint64 (which wrap), floats and complex numbers. NaN is
/// not left out of the carry.
block scan(reduction how, const block& x, const block& carry, std::size_t axis);

/// The part of `input` that starts at `start`, steps by `step` (not 0, may be
/// negative) and has shape `s` (before axes are dropped), then reshaped to
/// `result` (axes dropped or added, same number of elements).
block slice(const block& input, const shape& start, const shape& step,
            const shape& s, const shape& result);

/// Elements `at` along `axis` of the blocks, one after the other along that
/// axis and equal along the others. Throws `std::invalid_argument` for one that
/// is not there.
block take(std::span<const block> parts, std::size_t axis,
           std::span<const std::uint32_t> at);

/// A box of a block and where it belongs in another.
struct block_part {
  block from;
  shape start;  ///< first element of the box in `from`
  shape extent; ///< of the box
  shape to;     ///< first element in the result
};

/// A block of shape `s` put together from parts, which do not overlap and leave
/// no gap. Throws `std::invalid_argument` where one leaves its block.
block assemble(dtype type, const shape& s, std::span<const block_part> parts);

/// Sum over i of left[i] @ right[i] for blocks (..., n, k_i) and (..., k_i, m)
/// of as many axes, those before the last two equal or 1 (repeated); by BLAS
/// for floats and complex numbers (one thread, operands packed), by loops for
/// int64 and bool. The products are added in the order given.
block dot(std::span<const block> left, std::span<const block> right);

/// The block of shape `s` of a source that begins at global index `origin`.
block make_source(const source& made, const shape& origin, const shape& s);

} // namespace tern
