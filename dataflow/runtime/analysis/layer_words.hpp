#pragma once

#include "dataflow/graph/layer.hpp"

#include <string>

namespace tern {

/// What a layer's tasks run, in a few words: `blockwise, 3 steps`, `dot`,
/// `call NAME`.
std::string kernel_of(const layer& l);

/// With what: the steps, the reduction, the slice, the file. Empty where the
/// kernel's name says all.
std::string parameters_of(const layer& l);

} // namespace tern
