#pragma once

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/object.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/block/block.hpp"
#include "serialization/failure.hpp"

#include <functional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace tern {

/// What an index picks has to be known before the rest can be written down: a
/// mask such as `x > 0` is computed first.
using array_computer = std::function<result<block>(const array&)>;

struct evaluate_options {
  chunk_spec default_chunks; ///< for sources without `chunks=`
  array_computer compute;    ///< empty: arrays as indices are refused
};

/// An array that was needed as an index could not be computed.
class index_failure : public std::runtime_error {
public:
  explicit index_failure(failure f)
    : std::runtime_error(f.what), why(std::move(f)) {}
  failure why;
};

/// What a program means: the value of its last expression, or of its last
/// assignment if no expression follows it. Arrays stay lazy; nothing is
/// computed but Python's own numbers, and the arrays that are used as indices.
///
/// The language is the expression subset of Python with NumPy's names:
///
///     x = random.random((1000, 1000), chunks=100)
///     ((x + x.T) - x.mean(axis=0)).std()
///
/// `random` without `seed=` takes the number of the call in the program, from
/// 0. Throws `language_error` with line and column for every mistake, those
/// that the array layer finds included, and `index_failure`. No text makes it
/// crash.
program_value evaluate(std::string_view text,
                       const evaluate_options& options = {});

} // namespace tern
