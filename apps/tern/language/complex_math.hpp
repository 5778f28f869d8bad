#pragma once

#include "apps/tern/language/ast.hpp"

#include <complex>

namespace tern::language {

/// Python's operators on complex numbers, by its own formulas
/// (Objects/complexobject.c). Throws `arithmetic_error` for a division by zero,
/// a result out of range, and the operators that need an order.
scalar calculate(binary_operator op, std::complex<double> a,
                 std::complex<double> b);

} // namespace tern::language
