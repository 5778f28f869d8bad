#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

#include <string>
#include <vector>

namespace tern::bench {

/// An array of one or two axes whose blocks (by their row-major number) lie in
/// memory before the clock starts: a task a block hands out what is there, as
/// it would for an array that was computed before and held. `name`: of the
/// function that is registered for it.
array held_array(kernel_registry& kernels, const std::string& name, chunks cut,
                 std::vector<block> blocks);

} // namespace tern::bench
