#pragma once

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

namespace tern {

/// What tasks need beyond arithmetic: files, and the functions of `kernels`
/// (which must outlive the hooks).
task_hooks hooks_with(const kernel_registry& kernels);

} // namespace tern
