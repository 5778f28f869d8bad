#pragma once

#include "dataflow/array/array.hpp"

#include <span>

namespace tern {

/// The same elements under other axes: axis `axes[i]` of `a` becomes axis i
/// of the result, -1 gives a new axis of extent 1. Axes of `a` that are not
/// named must have extent 1. No data is moved but by the reader.
array view(const array& a, std::span<const int> axes, std::string expression);

} // namespace tern
