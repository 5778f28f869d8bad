#pragma once

#include "dataflow/array/array.hpp"

#include <ostream>
#include <span>

namespace tern {

/// Writes the layers of a computation as they are lowered and after each pass:
/// operation, grid, tasks, inputs, the user's words. Where a pass changed none
/// of this, it says so.
void explain(std::ostream& out, std::span<const array> arrays);

} // namespace tern
