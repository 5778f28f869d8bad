#pragma once

#include "apps/tern/language/object.hpp"
#include "dataflow/array/array.hpp"

#include <optional>

namespace tern::language {

/// An array of numbers that are written down: a number, a list or tuple of
/// them, of lists, or of arrays of equal shapes. The dtype is NumPy's for the
/// numbers, or `type`. Throws `expression_error` for rows of different lengths
/// and for what is no number.
array literal_array(const program_value& v, std::optional<dtype> type = {},
                    const chunk_spec& cut = {});

} // namespace tern::language
