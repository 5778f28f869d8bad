// Powers and transcendental functions of complex numbers: the C library's, one
// number at a time, as NumPy's are, and NumPy's own formulas on top of them
// (numpy/core/src/umath/funcs.inc.src). One code for all instruction sets, so
// the bits are those of the C library.

#include "dataflow/block/scalar_map.hpp"
#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

namespace tern {

namespace {

template <class T>
using number = std::complex<T>;

/// As written in school: infinities are not mended.
template <class T>
number<T> product(number<T> a, number<T> b) {
  return {a.real() * b.real() - a.imag() * b.imag(),
          a.real() * b.imag() + a.imag() * b.real()};
}

/// 1 / z by Smith's way.
template <class T>
number<T> inverse(number<T> z) {
  if (std::abs(z.real()) >= std::abs(z.imag())) {
    const T ratio = z.imag() / z.real();
    const T scale = 1 / (z.real() + z.imag() * ratio);
    return {scale, -ratio * scale};
  }
  const T ratio = z.real() / z.imag();
  const T scale = 1 / (z.imag() + z.real() * ratio);
  return {ratio * scale, -scale};
}

constexpr int most_by_products = 100; // larger exponents go to the C library

/// By squaring, for 0 < |n| < 100.
template <class T>
number<T> whole_power(number<T> base, int n) {
  if (n == 3)
    return product(base, product(base, base));
  number<T> result = 1;
  for (int left = std::abs(n);;) {
    if (left & 1)
      result = product(result, base);
    left >>= 1;
    if (left == 0)
      return n < 0 ? inverse(result) : result;
    base = product(base, base);
  }
}

/// 0 to the power of what is not 0 is 0 for a positive number and undefined
/// else.
template <class T>
number<T> power_of_zero(number<T> exponent) {
  constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  const bool positive = exponent.real() > 0 && exponent.imag() == 0;
  return positive ? number<T>() : number<T>(nan, nan);
}

template <class T>
number<T> power_of(number<T> base, number<T> exponent) {
  if (exponent == T(0))
    return 1;
  if (base == T(0))
    return power_of_zero(exponent);
  const T re = exponent.real();
  if (exponent.imag() == 0 && std::abs(re) < most_by_products
      && re == std::trunc(re)) {
    const auto n = static_cast<int>(re);
    return n == 1 ? base : n == 2 ? product(base, base) : whole_power(base, n);
  }
  return std::pow(base, exponent);
}

template <class T>
number<T> root(number<T> z) {
  return std::sqrt(z);
}

template <class T>
number<T> exponential(number<T> z) {
  return std::exp(z);
}

template <class T>
number<T> power_of_two(number<T> z) {
  constexpr auto log_2 = std::numbers::ln2_v<T>;
  return std::exp(number<T>(z.real() * log_2, z.imag() * log_2));
}

/// exp(z) - 1, without loss near 0.
template <class T>
number<T> less_one(number<T> z) {
  const T half = std::sin(z.imag() / 2);
  return {std::expm1(z.real()) * std::cos(z.imag()) - 2 * half * half,
          std::exp(z.real()) * std::sin(z.imag())};
}

template <class T>
number<T> logarithm(number<T> z) {
  return std::log(z);
}

/// log(1 + z).
template <class T>
number<T> logarithm_of_next(number<T> z) {
  const T next = z.real() + 1;
  return {std::log(std::hypot(next, z.imag())), std::atan2(z.imag(), next)};
}

template <class T>
number<T> decimal_logarithm(number<T> z) {
  const auto l = std::log(z);
  constexpr auto scale = std::numbers::log10e_v<T>;
  return {l.real() * scale, l.imag() * scale};
}

template <class T>
number<T> binary_logarithm(number<T> z) {
  const auto l = std::log(z);
  constexpr auto scale = std::numbers::log2e_v<T>;
  return {l.real() * scale, l.imag() * scale};
}

template <class T>
number<T> sine(number<T> z) {
  return std::sin(z);
}
template <class T>
number<T> cosine(number<T> z) {
  return std::cos(z);
}
template <class T>
number<T> tangent(number<T> z) {
  return std::tan(z);
}
template <class T>
number<T> hyperbolic_sine(number<T> z) {
  return std::sinh(z);
}
template <class T>
number<T> hyperbolic_cosine(number<T> z) {
  return std::cosh(z);
}
template <class T>
number<T> hyperbolic_tangent(number<T> z) {
  return std::tanh(z);
}
template <class T>
number<T> arc_sine(number<T> z) {
  return std::asin(z);
}
template <class T>
number<T> arc_cosine(number<T> z) {
  return std::acos(z);
}
template <class T>
number<T> arc_tangent(number<T> z) {
  return std::atan(z);
}
template <class T>
number<T> area_sine(number<T> z) {
  return std::asinh(z);
}
template <class T>
number<T> area_cosine(number<T> z) {
  return std::acosh(z);
}
template <class T>
number<T> area_tangent(number<T> z) {
  return std::atanh(z);
}

template <class T>
tile_kernel kernel_for(opcode op) {
  using Z = number<T>;
  switch (op) {
  case opcode::power:
    return each<Z, power_of<T>>;
  case opcode::sqrt:
    return each<Z, root<T>>;
  case opcode::exp:
    return each<Z, exponential<T>>;
  case opcode::exp2:
    return each<Z, power_of_two<T>>;
  case opcode::expm1:
    return each<Z, less_one<T>>;
  case opcode::log:
    return each<Z, logarithm<T>>;
  case opcode::log1p:
    return each<Z, logarithm_of_next<T>>;
  case opcode::log10:
    return each<Z, decimal_logarithm<T>>;
  case opcode::log2:
    return each<Z, binary_logarithm<T>>;
  case opcode::sin:
    return each<Z, sine<T>>;
  case opcode::cos:
    return each<Z, cosine<T>>;
  case opcode::tan:
    return each<Z, tangent<T>>;
  case opcode::sinh:
    return each<Z, hyperbolic_sine<T>>;
  case opcode::cosh:
    return each<Z, hyperbolic_cosine<T>>;
  case opcode::tanh:
    return each<Z, hyperbolic_tangent<T>>;
  case opcode::arcsin:
    return each<Z, arc_sine<T>>;
  case opcode::arccos:
    return each<Z, arc_cosine<T>>;
  case opcode::arctan:
    return each<Z, arc_tangent<T>>;
  case opcode::arcsinh:
    return each<Z, area_sine<T>>;
  case opcode::arccosh:
    return each<Z, area_cosine<T>>;
  case opcode::arctanh:
    return each<Z, area_tangent<T>>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel complex_function(opcode op, dtype in) noexcept {
  return in == dtype::complex128 ? kernel_for<double>(op)
                                 : kernel_for<float>(op);
}

} // namespace tern
