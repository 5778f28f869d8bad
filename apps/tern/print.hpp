#pragma once

#include "apps/tern/language/object.hpp"
#include "dataflow/block/block.hpp"

#include <cstdint>
#include <span>
#include <string>

// How results look on the terminal and in JSON.

namespace tern {

/// Arrays with more elements are `null` in JSON.
inline constexpr std::int64_t most_json_elements = 1'000'000;

/// A number or nested lists. Shortest digits that read back the same; NaN,
/// Infinity and -Infinity as Python's json module writes them. Complex numbers
/// are lists of two.
std::string to_json(const block& b);

/// What text shows of an array: all of it, or, if there are more than 1000
/// elements, three at each end of each axis.
array shown_part(const array& a);

/// As NumPy prints an array: the same digits, columns and line breaks. `b`: the
/// array, of shape `whole`, or its `shown_part`.
std::string to_text(const block& b, const shape& whole);
std::string to_text(const block& b);

/// A program's value, with the blocks computed for `arrays_in(v)` (for text:
/// for the shown parts of those) in place of its arrays. Tuples are lists in
/// JSON, dtypes their names.
std::string to_json(const program_value& v, std::span<const block> results);
std::string to_text(const program_value& v, std::span<const block> results);

} // namespace tern
