#include "apps/tern/language/scalar_math.hpp"

#include "apps/tern/language/complex_math.hpp"
#include "apps/tern/language/digits.hpp"
#include "dataflow/block/kernels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tern::language {
namespace {

constexpr auto lowest = std::numeric_limits<std::int64_t>::min();

[[noreturn]] void too_large() {
  throw arithmetic_error("the integer does not fit into 64 bits");
}

[[noreturn]] void by_zero() {
  throw arithmetic_error("division by zero");
}

bool is_int(const scalar& x) {
  return !std::holds_alternative<double>(x) && !is_complex(x);
}

std::int64_t as_int(const scalar& x) {
  const auto* flag = std::get_if<bool>(&x);
  return flag ? *flag : std::get<std::int64_t>(x);
}

/// Rounded down, as Python divides.
std::int64_t floor_divide(std::int64_t a, std::int64_t b) {
  if (b == 0)
    by_zero();
  if (a == lowest && b == -1)
    too_large();
  return a / b - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);
}

std::int64_t remainder(std::int64_t a, std::int64_t b) {
  if (b == 0)
    by_zero();
  if (b == -1)
    return 0;
  const auto r = a % b;
  return r != 0 && (r < 0) != (b < 0) ? r + b : r;
}

double remainder(double a, double b) {
  if (b == 0)
    by_zero();
  const double r = std::fmod(a, b);
  if (r == 0)
    return std::copysign(0.0, b);
  return (r < 0) != (b < 0) ? r + b : r;
}

double floor_divide(double a, double b) {
  if (b == 0)
    by_zero();
  const double exact = (a - remainder(a, b)) / b;
  const double down = std::floor(exact);
  return exact - down > 0.5 ? down + 1 : down;
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result))
      too_large();
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base))
      too_large();
  }
  return result;
}

scalar power(double base, double exponent) {
  if (base == 0 && exponent < 0)
    throw arithmetic_error("0.0 cannot be raised to a negative power");
  if (base < 0 && std::isfinite(base) && std::isfinite(exponent)
      && exponent != std::trunc(exponent))
    return calculate(binary_operator::power, std::complex(base),
                     std::complex(exponent));
  const double result = std::pow(base, exponent);
  if (std::isinf(result) && std::isfinite(base) && std::isfinite(exponent))
    throw arithmetic_error("the result is out of the range of float64");
  return result;
}

template <class T>
bool compare(binary_operator op, T a, T b) {
  switch (op) {
  case binary_operator::equal:
    return a == b;
  case binary_operator::not_equal:
    return a != b;
  case binary_operator::less:
    return a < b;
  case binary_operator::less_equal:
    return a <= b;
  case binary_operator::greater:
    return a > b;
  default:
    return a >= b;
  }
}

scalar on_ints(binary_operator op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (op) {
  case binary_operator::add:
    overflow = __builtin_add_overflow(a, b, &result);
    break;
  case binary_operator::subtract:
    overflow = __builtin_sub_overflow(a, b, &result);
    break;
  case binary_operator::multiply:
    overflow = __builtin_mul_overflow(a, b, &result);
    break;
  case binary_operator::floor_divide:
    return floor_divide(a, b);
  case binary_operator::remainder:
    return remainder(a, b);
  case binary_operator::power:
    return power(a, b);
  case binary_operator::bit_and:
    return a & b;
  case binary_operator::bit_or:
    return a | b;
  default:
    return a ^ b;
  }
  if (overflow)
    too_large();
  return result;
}

scalar on_doubles(binary_operator op, double a, double b) {
  switch (op) {
  case binary_operator::add:
    return a + b;
  case binary_operator::subtract:
    return a - b;
  case binary_operator::multiply:
    return a * b;
  case binary_operator::divide:
    if (b == 0)
      by_zero();
    return a / b;
  case binary_operator::floor_divide:
    return floor_divide(a, b);
  case binary_operator::remainder:
    return remainder(a, b);
  default:
    return power(a, b);
  }
}

bool is_bitwise(binary_operator op) {
  return op == binary_operator::bit_and || op == binary_operator::bit_or
         || op == binary_operator::bit_xor;
}

scalar bitwise(binary_operator op, const scalar& a, const scalar& b) {
  if (!is_int(a) || !is_int(b))
    throw arithmetic_error(
        fmt::format("{} needs integers or booleans", sign_of(op)));
  const auto result = on_ints(op, as_int(a), as_int(b));
  if (std::holds_alternative<bool>(a) && std::holds_alternative<bool>(b))
    return as_int(result) != 0;
  return result;
}

/// The step that puts a number of `type` into a program.
step constant_step(const scalar& x, dtype type) {
  step s;
  s.op = opcode::constant;
  s.type = type;
  const auto z = as_complex(x);
  s.value = is_inexact(type) ? std::bit_cast<std::uint64_t>(z.real())
                             : static_cast<std::uint64_t>(as_int(x));
  if (is_complex(type))
    s.imaginary = std::bit_cast<std::uint64_t>(z.imag());
  return s;
}

bool is_bitwise(opcode op) {
  return (op >= opcode::bit_and && op <= opcode::bit_not)
         || op == opcode::left_shift || op == opcode::right_shift;
}

/// Whether NumPy keeps integers with this operation.
bool keeps_integers(opcode op) {
  switch (op) {
  case opcode::add:
  case opcode::subtract:
  case opcode::multiply:
  case opcode::floor_divide:
  case opcode::remainder:
  case opcode::power:
  case opcode::minimum:
  case opcode::maximum:
  case opcode::negative:
  case opcode::absolute:
  case opcode::sign:
  case opcode::square:
  case opcode::bit_and:
  case opcode::bit_or:
  case opcode::bit_xor:
  case opcode::bit_not:
  case opcode::left_shift:
  case opcode::right_shift:
  case opcode::fmin:
  case opcode::fmax:
  case opcode::fmod:
  case opcode::reciprocal:
    return true;
  default:
    return op >= opcode::equal && op <= opcode::greater_equal;
  }
}

} // namespace

scalar real_part(const scalar& x) {
  return is_complex(x) ? scalar(as_complex(x).real())
                       : calculate(unary_operator::positive, x);
}

scalar imaginary_part(const scalar& x) {
  if (is_int(x))
    return std::int64_t{0};
  return as_complex(x).imag();
}

std::string represent_scalar(const scalar& x) {
  if (const auto* flag = std::get_if<bool>(&x))
    return *flag ? "True" : "False";
  if (const auto* whole = std::get_if<std::int64_t>(&x))
    return std::to_string(*whole);
  if (!is_complex(x))
    return shortest_digits(as_real(x));
  return complex_digits(as_complex(x));
}

scalar calculate(unary_operator op, const scalar& x) {
  if (op == unary_operator::invert) {
    if (!is_int(x))
      throw arithmetic_error("~ needs an integer or a boolean");
    return ~as_int(x);
  }
  if (is_complex(x))
    return op == unary_operator::negative ? -as_complex(x) : as_complex(x);
  if (!is_int(x))
    return op == unary_operator::negative ? -as_real(x) : as_real(x);
  if (op == unary_operator::positive)
    return as_int(x);
  if (as_int(x) == lowest)
    too_large();
  return -as_int(x);
}

scalar calculate(binary_operator op, const scalar& a, const scalar& b) {
  const bool ints = is_int(a) && is_int(b);
  if (op == binary_operator::matmul)
    throw arithmetic_error("@ needs arrays");
  if (is_complex(a) || is_complex(b))
    return calculate(op, as_complex(a), as_complex(b));
  if (is_bitwise(op))
    return bitwise(op, a, b);
  if (is_comparison(op))
    return ints ? compare(op, as_int(a), as_int(b))
                : compare(op, as_real(a), as_real(b));
  if (!ints || op == binary_operator::divide
      || (op == binary_operator::power && as_int(b) < 0))
    return on_doubles(op, as_real(a), as_real(b));
  return on_ints(op, as_int(a), as_int(b));
}

scalar calculate(opcode op, std::span<const scalar> operands) {
  const bool ints = std::all_of(operands.begin(), operands.end(), is_int);
  const bool some_complex =
      std::any_of(operands.begin(), operands.end(),
                  [](const scalar& x) { return is_complex(x); });
  const auto type = some_complex                 ? dtype::complex128
                    : ints && keeps_integers(op) ? dtype::int64
                                                 : dtype::float64;
  const auto of_complex = complex_result(op, dtype::complex128);
  if (some_complex && !of_complex)
    throw arithmetic_error(
        fmt::format("{} is not defined for complex numbers", name_of(op)));
  if (is_bitwise(op) && !ints)
    throw arithmetic_error(
        fmt::format("{} needs integers or booleans", name_of(op)));
  program code;
  for (const auto& x : operands)
    code.steps.push_back(constant_step(x, type));
  step last;
  last.op = op;
  last.type = some_complex        ? *of_complex
              : gives_boolean(op) ? dtype::boolean
                                  : type;
  last.a = 0;
  last.b = static_cast<std::uint16_t>(operands.size() > 1 ? 1 : 0);
  code.steps.push_back(last);
  const auto result = elementwise(code, {}, {});
  if (result.type() == dtype::complex128)
    return result.values<std::complex<double>>()[0];
  if (result.type() == dtype::boolean)
    return result.values<bool>()[0];
  if (result.type() == dtype::int64)
    return result.values<std::int64_t>()[0];
  return result.item();
}

} // namespace tern::language
