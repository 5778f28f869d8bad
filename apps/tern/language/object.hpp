#pragma once

#include "dataflow/array/array.hpp"

#include <string>
#include <variant>
#include <vector>

namespace tern {

/// Python's None.
struct none_value {
  friend bool operator==(none_value, none_value) = default;
};

struct sequence_value;
struct function_value;
struct ellipsis_value {};

/// What an expression of the language can be. A program's result is never an
/// ellipsis or a function.
using program_value =
    std::variant<none_value, scalar, std::string, dtype, array, sequence_value,
                 function_value, ellipsis_value>;

/// A tuple or a list.
struct sequence_value {
  bool is_list = false;
  std::vector<program_value> items;
};

/// A name that can only be called, or looked into: a function, a module, both.
struct function_value {
  std::string path; ///< "sqrt", "random", "" for the module of all names
};

/// The arrays in a value, in the order in which they are written.
std::vector<array> arrays_in(const program_value& v);

namespace language {

/// For messages: "an array of float64 (3, 4)", "a tuple", "the number 3".
std::string describe(const program_value& v);

/// As Python's repr prints it; arrays by their expression, shape and dtype.
std::string represent(const program_value& v);

/// Scalars and sequences of them, strings and dtypes; arrays are never equal.
bool same(const program_value& a, const program_value& b);

} // namespace language
} // namespace tern
