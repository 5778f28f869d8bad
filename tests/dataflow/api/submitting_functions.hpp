#pragma once

#include "dataflow/runtime/kernel_registry.hpp"

namespace tern::testing {

/// Adds functions that submit calls of their own and wait for them: `leaves`
/// (n) of a binary tree of depth n, a call a node; `total` (n) the sum of an n
/// x n array of ones; `as_they_come` (n) adds up n calls of `leaves` (0).
void add_submitting_functions(kernel_registry& known);

} // namespace tern::testing
