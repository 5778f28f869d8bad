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
  sum, mean, min, max, nanmean, nansum, std_deviation,
  variance, prod, any, all, nanmin, nanmax, count_nonzero,
};

/// The dtype of the result of reducing elements of `type`.
dtype result_type(reduction r, dtype type) noexcept;

/// The numbers that one partial result holds an element: sum 1, mean 2 ...
std::size_t components(reduction r) noexcept;

/// First step: reduces `code` over the operands (as `elementwise` would give
/// it, without storing it) along `axes` (true: reduced, one flag an axis of
/// `s`). Result: a partial block of shape (components, s with reduced axes 1),
/// float64 (int64 for the sums of integers and booleans; the input's dtype
/// for min and max). Sums use a fixed number of lanes placed by logical index:
/// the bits depend on values and shape alone.
block reduce_chunk(reduction r, const program& code,
                   std::span<const operand> operands, const shape& s,
                   const std::vector<bool>& axes);

/// Next steps: combines partial blocks of equal shape, in the order given.
block reduce_combine(reduction r, std::span<const block> parts);

/// Last step: a combined partial block to the result, shape `s` (with or
/// without the reduced axes). `ddof`: for std and variance.
/// `counted`: elements that went into each result (for mean of no NaN rule).
block reduce_finish(reduction r, const block& part, const shape& s,
                    dtype type, double ddof);

/// The part of `input` that starts at `start`, steps by `step` (not 0, may be
/// negative) and has shape `s` (before axes are dropped), then reshaped to
/// `result` (axes dropped or added, same number of elements).
block slice(const block& input, const shape& start, const shape& step,
            const shape& s, const shape& result);

/// Sum over i of left[i] @ right[i] for 2-d blocks (n, k_i) and (k_i, m), by
/// BLAS for float32 and float64 (one thread, operands packed), by loops for
/// int64 and bool. The products are added in the order given.
block dot(std::span<const block> left, std::span<const block> right);

/// Element count and bytes agree with `type`: a block of `s` from a source.
block make_source(const source& made, const shape& origin, const shape& s);

} // namespace tern
