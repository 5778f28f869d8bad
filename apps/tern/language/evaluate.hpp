#pragma once

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/object.hpp"
#include "dataflow/array/array.hpp"

#include <string_view>

namespace tern {

struct evaluate_options {
  chunk_spec default_chunks; ///< for sources without `chunks=`
};

/// What a program means: the value of its last expression, or of its last
/// assignment if no expression follows it. Arrays stay lazy; nothing is
/// computed but Python's own numbers.
///
/// The language is the expression subset of Python with NumPy's names:
///
///     x = random.random((1000, 1000), chunks=100)
///     ((x + x.T) - x.mean(axis=0)).std()
///
/// `random` without `seed=` takes the number of the call in the program, from
/// 0. Throws `language_error` with line and column for every mistake, those
/// that the array layer finds included. No text makes it crash.
program_value evaluate(std::string_view text,
                       const evaluate_options& options = {});

} // namespace tern
