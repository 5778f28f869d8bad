#pragma once

#include "dataflow/array/array.hpp"

#include <span>
#include <vector>

namespace tern {

/// The shape of operands broadcast together, as NumPy does it; throws naming
/// `name` and the shapes.
shape broadcast(std::string_view name, std::span<const array> operands);

/// Makes the blocks of `operands` line up along the axes of `result` (their
/// broadcast shape) and gives the cut they share: along each axis that of the
/// operand with the most blocks, sources last (they are cut anew for free).
chunks line_up(std::string_view name, std::vector<array>& operands,
               const shape& result);

} // namespace tern
