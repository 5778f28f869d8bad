#pragma once

#include "dataflow/block/kernels.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// The axes of a result with what each operand does along them, with fewer
/// axes where all operands allow it: axes of extent 1 are gone, and two
/// neighbours that every operand walks through as one are one.
struct loop_nest {
  shape extents; ///< at least one axis
  shape steps;   ///< elements of the result from one index to the next

  /// How one operand is walked through. Strides in its own elements (for a
  /// source: in its global row-major index), one an axis, 0: repeated.
  struct walk {
    shape strides;
    std::int64_t base = 0;

    bool uniform() const noexcept;
  };
  std::vector<walk> walks;

  std::size_t inner() const noexcept {
    return extents.size() - 1;
  }
  std::int64_t size() const noexcept {
    return extents[0] * steps[0];
  }
  /// Whether operand `i` lies in memory as the result does.
  bool contiguous(std::size_t i) const noexcept;
};

/// Throws `std::invalid_argument`, naming operand and shapes, where an operand
/// does not fit `s`.
loop_nest make_loop_nest(std::span<const operand> operands, const shape& s);

} // namespace tern
