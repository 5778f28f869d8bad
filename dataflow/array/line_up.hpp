#pragma once

#include "dataflow/array/array.hpp"

#include <span>
#include <vector>

namespace tern {

/// The shape of operands broadcast together, as NumPy does it; throws naming
/// `name` and the shapes.
shape broadcast(std::string_view name, std::span<const array> operands);

/// Makes the blocks of `operands` line up along the axes of `result` (their
/// broadcast shape) and gives the cut they share. Sources are cut anew where
/// that helps (their values do not depend on it); other operands must agree,
/// or it throws with both cuts and the `chunks=` that would do.
chunks line_up(std::string_view name, std::vector<array>& operands,
               const shape& result);

/// What to say when two cuts differ: both of them, and a `chunks=` for both.
std::string misaligned(std::string_view name, const array& a, const array& b);

} // namespace tern
