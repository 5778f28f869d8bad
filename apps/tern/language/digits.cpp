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

} // namespace

std::string shortest_digits(double x) {
  return digits_of(x);
}

std::string shortest_digits(float x) {
  return digits_of(x);
}

} // namespace tern
