#pragma once

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/held_call.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

#include <string>
#include <vector>

namespace tern {

/// What the tasks of a graph need beyond arithmetic: files, the functions of
/// `kernels` (which must outlive the hooks), looked up once a layer, and blocks
/// that other plans hold.
task_hooks hooks_with(const kernel_registry& kernels, const edge_index& edges,
                      held_source held);

/// The functions that the graph calls and `kernels` lacks, each once.
std::vector<std::string> unknown_kernels(const kernel_registry& kernels,
                                         const edge_index& edges);

/// Is every function that the graph calls among `kernels`?
bool knows_all(const kernel_registry& kernels, const edge_index& edges);

} // namespace tern
