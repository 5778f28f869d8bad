#include "apps/tern/language/digits.hpp"

#include <charconv>
#include <cmath>

namespace tern {
namespace {

template <class T>
std::string digits_of(T x) {
  if (std::isnan(x))
    return "nan";
  if (std::isinf(x))
    return x > 0 ? "inf" : "-inf";
  // Python writes an exponent below 1e-4 and from 1e16 on
  const T size = std::abs(x);
  const bool plain = size == 0 || (size >= T(1e-4) && size < T(1e16));
  char digits[64];
  char* end = std::to_chars(digits, digits + sizeof(digits), x,
                            plain ? std::chars_format::fixed
                                  : std::chars_format::scientific)
                  .ptr;
  std::string result(digits, end);
  if (plain && result.find('.') == std::string::npos)
    result += ".0";
  return result;
}

/// A whole number without the point.
template <class T>
std::string part_of(T x) {
  auto digits = digits_of(x);
  if (digits.ends_with(".0"))
    digits.resize(digits.size() - 2);
  return digits;
}

template <class T>
std::string digits_of(std::complex<T> z) {
  const auto imaginary = part_of(z.imag()) + "j";
  if (z.real() == 0 && !std::signbit(z.real()))
    return imaginary;
  const bool has_sign = imaginary.front() == '-';
  return "(" + part_of(z.real()) + (has_sign ? "" : "+") + imaginary + ")";
}

} // namespace

std::string shortest_digits(double x) {
  return digits_of(x);
}

std::string shortest_digits(float x) {
  return digits_of(x);
}

std::string complex_digits(std::complex<double> z) {
  return digits_of(z);
}

std::string complex_digits(std::complex<float> z) {
  return digits_of(z);
}

} // namespace tern
