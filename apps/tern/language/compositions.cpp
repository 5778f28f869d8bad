#include "apps/tern/language/compositions.hpp"

#include "apps/tern/language/scalar_math.hpp"
#include "dataflow/array/functions.hpp"
#include "dataflow/array/promotion.hpp"

#include <cmath>
#include <limits>
#include <numbers>

// The formulas are NumPy's (numpy/core and numpy/lib of 1.24), so that every
// rounding happens where NumPy has it.

namespace tern::language {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double pi = std::numbers::pi;
constexpr std::int64_t most_decimals = 308; // 10**309 is no float64

dtype type_in(const value& v) {
  const auto* s = std::get_if<scalar>(&v);
  return s ? type_of(*s) : std::get<array>(v).type();
}

/// What NumPy has for real numbers only.
void refuse_complex(std::string_view name, const value& v) {
  if (is_complex(type_in(v)))
    throw expression_error(std::string(name) + ": not defined for "
                           + std::string(name_of(type_in(v))));
}

/// A number is weak, and so stays one.
value as_type(const value& v, dtype type) {
  if (const auto* s = std::get_if<scalar>(&v))
    return is_complex(*s) ? *s : scalar(as_real(*s));
  return std::get<array>(v).astype(type);
}

value as_floating(const value& v) {
  return as_type(v, floating(type_in(v)));
}

array scaled(const value& x, double by) {
  return binary(opcode::multiply, as_floating(x), scalar(by));
}

array equal(const value& x, double number) {
  return binary(opcode::equal, as_floating(x), scalar(number));
}

double highest(dtype type) {
  return type == dtype::float32 ? std::numeric_limits<float>::max()
                                : std::numeric_limits<double>::max();
}

/// To so many places left of the point; integers stay integers.
array rounded_left(const value& x, std::int64_t places) {
  const scalar step = std::pow(10.0, static_cast<double>(places));
  const auto whole = unary(opcode::rint, binary(opcode::divide, x, step));
  const auto result = binary(opcode::multiply, whole, step);
  return is_integer(type_in(x)) ? result.astype(type_in(x)) : result;
}

/// What is no number, or no finite one, by numbers.
array all_numbers(const value& x, const arguments& a) {
  const auto most = highest(type_in(x));
  const auto number =
      where(unary(opcode::isnan, x), scalar(a.real("nan", 0)), as_floating(x));
  const auto above =
      where(equal(x, infinity), scalar(a.real("posinf", most)), number);
  return where(equal(x, -infinity), scalar(a.real("neginf", -most)), above);
}

} // namespace

program_value rounded(const arguments& a, context&) {
  const auto x = a.operand("a");
  const auto decimals = a.missing("decimals") ? 0 : a.integer("decimals");
  if (std::abs(static_cast<double>(decimals)) > most_decimals)
    a.refuse("decimals", "a number of places from -308 to 308");
  if (decimals != 0)
    refuse_complex("round to decimals", x);
  if (decimals < 0)
    return rounded_left(x, -decimals);
  const auto* whole = std::get_if<array>(&x);
  if (whole && is_integer(whole->type()))
    return *whole;
  if (decimals == 0)
    return unary(opcode::rint, x);
  const scalar step = std::pow(10.0, static_cast<double>(decimals));
  const auto many = binary(opcode::multiply, as_floating(x), step);
  return binary(opcode::divide, unary(opcode::rint, many), step);
}

program_value in_radians(const arguments& a, context&) {
  refuse_complex("radians", a.operand("x"));
  return scaled(a.operand("x"), pi / 180);
}

program_value in_degrees(const arguments& a, context&) {
  refuse_complex("degrees", a.operand("x"));
  return scaled(a.operand("x"), 180 / pi);
}

program_value float_magnitude(const arguments& a, context&) {
  refuse_complex("fabs", a.operand("x"));
  return unary(opcode::absolute, as_floating(a.operand("x")));
}

program_value float_power(const arguments& a, context&) {
  const auto x = a.operand("x1");
  const auto y = a.operand("x2");
  const bool complex = is_complex(type_in(x)) || is_complex(type_in(y));
  const auto type = complex ? dtype::complex128 : dtype::float64;
  return binary(opcode::power, as_type(x, type), as_type(y, type));
}

program_value quotient_and_rest(const arguments& a, context&) {
  const auto x = a.operand("x1");
  const auto y = a.operand("x2");
  sequence_value pair;
  const auto* n = std::get_if<scalar>(&x);
  const auto* m = std::get_if<scalar>(&y);
  if (n && m)
    pair.items = {calculate(binary_operator::floor_divide, *n, *m),
                  calculate(binary_operator::remainder, *n, *m)};
  else
    pair.items = {binary(opcode::floor_divide, x, y),
                  binary(opcode::remainder, x, y)};
  return pair;
}

program_value real_parts(const arguments& a, context&) {
  const auto x = a.operand("val");
  if (const auto* s = std::get_if<scalar>(&x))
    return real_part(*s);
  return std::get<array>(x).real();
}

program_value imaginary_parts(const arguments& a, context&) {
  const auto x = a.operand("val");
  if (const auto* s = std::get_if<scalar>(&x))
    return imaginary_part(*s);
  return std::get<array>(x).imag();
}

program_value conjugated(const arguments& a, context&) {
  const auto x = a.operand("x");
  if (const auto* s = std::get_if<scalar>(&x))
    return is_complex(*s) ? scalar(std::conj(as_complex(*s))) : *s;
  return std::get<array>(x).conj();
}

program_value positive(const arguments& a, context&) {
  const auto x = a.operand("x");
  if (const auto* s = std::get_if<scalar>(&x))
    return calculate(unary_operator::positive, *s);
  const auto& whole = std::get<array>(x);
  if (whole.type() == dtype::boolean)
    throw expression_error("positive: not defined for bool");
  return whole;
}

program_value angle_of(const arguments& a, context&) {
  const auto z = a.operand("z");
  const auto degrees = a.flag("deg", false);
  const auto* s = std::get_if<scalar>(&z);
  if (s && !degrees)
    return scalar(std::arg(as_complex(*s)));
  if (s)
    return scalar(std::arg(as_complex(*s)) * (180 / pi));
  const auto turn = angle(std::get<array>(z));
  return degrees ? scaled(turn, 180 / pi) : turn;
}

/// sin(pi x) / (pi x), by a number near 0 where x is 0.
program_value cardinal_sine(const arguments& a, context&) {
  const auto x = as_floating(a.operand("x"));
  const auto angle = scaled(where(equal(x, 0), scalar(1e-20), x), pi);
  return binary(opcode::divide, unary(opcode::sin, angle), angle);
}

program_value is_positive_infinity(const arguments& a, context&) {
  refuse_complex("isposinf", a.operand("x"));
  return equal(a.operand("x"), infinity);
}

program_value is_negative_infinity(const arguments& a, context&) {
  refuse_complex("isneginf", a.operand("x"));
  return equal(a.operand("x"), -infinity);
}

/// |x - y| <= atol + rtol |y| where y is finite; equal infinities are close.
program_value is_close(const arguments& a, context&) {
  const auto x = a.operand("a");
  const auto y = is_inexact(type_in(a.operand("b")))
                     ? a.operand("b")
                     : as_type(a.operand("b"), dtype::float64);
  const auto distance = unary(opcode::absolute, binary(opcode::subtract, x, y));
  const auto allowed =
      binary(opcode::add, scalar(a.real("atol", 1e-8)),
             binary(opcode::multiply, scalar(a.real("rtol", 1e-5)),
                    unary(opcode::absolute, y)));
  const auto near =
      binary(opcode::bit_and, binary(opcode::less_equal, distance, allowed),
             unary(opcode::isfinite, y));
  const auto close = binary(opcode::bit_or, near, binary(opcode::equal, x, y));
  if (!a.flag("equal_nan", false))
    return close;
  return binary(opcode::bit_or, close,
                binary(opcode::bit_and, unary(opcode::isnan, x),
                       unary(opcode::isnan, y)));
}

program_value nan_to_number(const arguments& a, context&) {
  const auto x = a.operand("x");
  if (const auto* whole = std::get_if<array>(&x);
      whole && !is_inexact(whole->type()))
    return *whole;
  if (!is_complex(type_in(x)))
    return all_numbers(x, a);
  const auto re = all_numbers(unary(opcode::real, x), a);
  const auto im = all_numbers(unary(opcode::imag, x), a);
  return binary(opcode::add, re,
                binary(opcode::multiply, scalar(std::complex(0.0, 1.0)), im));
}

} // namespace tern::language
