#pragma once

#include "dataflow/runtime/kernel_registry.hpp"

namespace tern::testing {

/// Functions that tests submit: `sum` of all elements of all blocks, `blocks`
/// how many came, `count_to` (n) 0 to n - 1 as int64, `length` of the string,
/// `process` the process it ran in, `halve` half of each element, `fail` always
/// throws, `die` ends its process, `nap` (ms) sleeps and gives 1.
///
/// With the string as the path of a file: `note` (x) adds a line with x and
/// gives x; `wait_for` leaves PATH.begun and waits until the file is there;
/// `fail_first` (n, x) adds a line and throws the first n times, then gives x;
/// `fail_slowly` adds a line, sleeps for 20 ms and throws.
kernel_registry functions();

} // namespace tern::testing
