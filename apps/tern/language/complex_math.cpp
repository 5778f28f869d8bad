#include "apps/tern/language/complex_math.hpp"

#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tern::language {
namespace {

using number = std::complex<double>;

/// Exponents above it go by logarithms.
constexpr double most_by_products = 100;

/// As written in school: infinities are not mended.
number product(number a, number b) {
  return {a.real() * b.real() - a.imag() * b.imag(),
          a.real() * b.imag() + a.imag() * b.real()};
}

/// Smith's way, which does not overflow in between.
number quotient(number a, number b) {
  if (b == 0.0)
    throw arithmetic_error("complex division by zero");
  if (std::abs(b.real()) >= std::abs(b.imag())) {
    const double ratio = b.imag() / b.real();
    const double size = b.real() + b.imag() * ratio;
    return {(a.real() + a.imag() * ratio) / size,
            (a.imag() - a.real() * ratio) / size};
  }
  const double ratio = b.real() / b.imag();
  const double size = b.real() * ratio + b.imag();
  return {(a.real() * ratio + a.imag()) / size,
          (a.imag() * ratio - a.real()) / size};
}

number power_by_products(number base, int exponent) {
  number result = 1;
  for (int left = std::abs(exponent); left != 0; left >>= 1) {
    if (left & 1)
      result = product(result, base);
    base = product(base, base);
  }
  return exponent < 0 ? quotient(1, result) : result;
}

number power_by_logarithms(number base, number exponent) {
  if (exponent == 0.0)
    return 1;
  if (base == 0.0) {
    if (exponent.imag() != 0 || exponent.real() < 0)
      throw arithmetic_error("0.0 to a negative or complex power");
    return 0;
  }
  const double size = std::abs(base);
  const double turn = std::arg(base);
  double length = std::pow(size, exponent.real());
  double angle = turn * exponent.real();
  if (exponent.imag() != 0) {
    length /= std::exp(turn * exponent.imag());
    angle += exponent.imag() * std::log(size);
  }
  return {length * std::cos(angle), length * std::sin(angle)};
}

bool is_infinite(number z) {
  return std::isinf(z.real()) || std::isinf(z.imag());
}

number power(number base, number exponent) {
  const double re = exponent.real();
  const bool whole = exponent.imag() == 0 && re == std::floor(re)
                     && std::abs(re) <= most_by_products;
  if (whole && re < 0 && base == 0.0)
    throw arithmetic_error("0.0 to a negative or complex power");
  const auto result = whole ? power_by_products(base, static_cast<int>(re))
                            : power_by_logarithms(base, exponent);
  if (is_infinite(result))
    throw arithmetic_error("the result is out of the range of complex128");
  return result;
}

} // namespace

scalar calculate(binary_operator op, number a, number b) {
  switch (op) {
  case binary_operator::add:
    return a + b;
  case binary_operator::subtract:
    return a - b;
  case binary_operator::multiply:
    return product(a, b);
  case binary_operator::divide:
    return quotient(a, b);
  case binary_operator::power:
    return power(a, b);
  case binary_operator::equal:
    return a == b;
  case binary_operator::not_equal:
    return a != b;
  default:
    throw arithmetic_error(
        fmt::format("{} does not work on complex numbers", sign_of(op)));
  }
}

} // namespace tern::language
