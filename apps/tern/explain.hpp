#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/runtime/executor.hpp"

#include <ostream>
#include <span>

namespace tern {

/// Writes the layers of a computation as they are lowered and after each pass:
/// operation, grid, tasks, inputs, the user's words. Where a pass changed none
/// of this, it says so.
void explain(std::ostream& out, std::span<const array> arrays);

/// Writes what the plan will take, before it runs: tasks, memory and bytes from
/// other nodes for each node, and the smallest limits of memory.
void explain(std::ostream& out, const plan_projection& plan);

} // namespace tern
