#pragma once

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

namespace tern {

/// What the tasks of a graph need beyond arithmetic: files, and the functions
/// of `kernels` (which must outlive the hooks), looked up once a layer.
task_hooks hooks_with(const kernel_registry& kernels, const edge_index& edges);

} // namespace tern
