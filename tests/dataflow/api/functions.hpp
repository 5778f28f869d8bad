#pragma once

#include "dataflow/runtime/kernel_registry.hpp"

namespace tern::testing {

/// Functions that tests submit: `sum` of all elements of all blocks, `blocks`
/// how many came, `count_to` (n) 0 to n - 1 as int64, `length` of the string,
/// `process` the process it ran in, `fail` always throws.
kernel_registry functions();

} // namespace tern::testing
