#pragma once

#include "apps/tern/language/ast.hpp"
#include "dataflow/block/dtype.hpp"
#include "dataflow/block/program.hpp"

#include <span>
#include <stdexcept>
#include <string>

namespace tern::language {

/// Arithmetic that Python refuses: division by zero, an integer that does not
/// fit into 64 bits, an order of complex numbers.
class arithmetic_error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An integer of an integer.
scalar real_part(const scalar& x);
scalar imaginary_part(const scalar& x);

/// Python's repr: True, 3, 0.1, 1e+20, nan, (1+2j).
std::string represent_scalar(const scalar& x);

/// Python's operators on Python's numbers. Integers have 64 bits.
scalar calculate(unary_operator op, const scalar& x);
scalar calculate(binary_operator op, const scalar& a, const scalar& b);

/// NumPy's function on numbers, by the same kernel that runs on blocks.
scalar calculate(opcode op, std::span<const scalar> operands);

} // namespace tern::language
