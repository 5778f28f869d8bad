#pragma once

#include "dataflow/graph/graph.hpp"

#include <optional>
#include <span>
#include <string>

namespace tern {

/// What is wrong with a graph: the first fault, with layer and expression;
/// nothing if it is sound. A sound graph can be indexed, ordered and run
/// without touching memory that is not its own, whoever wrote it: order, grids,
/// maps in range, programs, dtypes, sizes that do not overflow. What only a
/// block can show (its shape) is checked when a task runs. Linear.
std::optional<std::string> find_fault(const graph& g);

/// The same for a program over operands of these dtypes.
std::optional<std::string> find_fault(const program& p,
                                      std::span<const dtype> operands);

/// Only the numbers of one layer's cut: axes, blocks and bytes in range.
std::optional<std::string> find_fault(const chunks& cut);

} // namespace tern
