#pragma once

// The words of expressions, as a user of NumPy would write them.

#include "dataflow/array/array.hpp"

#include <span>
#include <string>

namespace tern {

/// At most 200 characters, the rest an ellipsis.
std::string shortened(std::string words);

/// As Python prints it: `True`, `3`, `0.5`, `2j`.
std::string words_of(const scalar& s);
std::string words_of(const value& v);

/// `(a + b)`, `-a`, `minimum(a, b)`.
std::string words_of(opcode op, std::span<const value> operands);

/// `sum`, `std`: the name of the method.
std::string_view name_of(reduction how) noexcept;

/// As Dask prints it: `((1000, 1000, 500), (40,))`; long rows shortened.
std::string words_of(const chunks& cut);

/// `(3, 4)`, also for what is no shape.
std::string words_of(std::span<const std::int64_t> numbers);

} // namespace tern
