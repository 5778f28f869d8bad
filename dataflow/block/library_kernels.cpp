// Functions of floats that have many cases, one element at a time: the C
// library's, as NumPy's are, and NumPy's own formulas on top of them
// (npy_math: logaddexp, logaddexp2, heaviside). One code for all instruction
// sets, so the bits are those of the C library.

#include "dataflow/block/scalar_map.hpp"
#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <type_traits>

namespace tern {

namespace {

template <class T>
T hypotenuse(T a, T b) {
  return std::hypot(a, b);
}

template <class T>
T next_towards(T a, T b) {
  return std::nextafter(a, b);
}

/// 0, `at_zero` or 1.
template <class T>
T unit_step(T x, T at_zero) {
  if (std::isnan(x))
    return x;
  return x == 0 ? at_zero : x < 0 ? T(0) : T(1);
}

/// log(exp(a) + exp(b)), without the powers themselves, which may overflow.
template <class T>
T log_of_sum(T a, T b) {
  constexpr T log_2 = 0.693147180559945309417232121458176568L;
  if (a == b)
    return a + log_2; // infinities of one sign too
  const T distance = a - b;
  if (distance > 0)
    return a + std::log1p(std::exp(-distance));
  return distance <= 0 ? b + std::log1p(std::exp(distance)) : distance;
}

/// log2(2**a + 2**b) likewise.
template <class T>
T log2_of_sum(T a, T b) {
  constexpr T log2_e = 1.442695040888963407359924681001892137L;
  if (a == b)
    return a + 1;
  const T distance = a - b;
  if (distance > 0)
    return a + log2_e * std::log1p(std::exp2(-distance));
  return distance <= 0 ? b + log2_e * std::log1p(std::exp2(distance))
                       : distance;
}

template <class T>
T area_sine(T x) {
  return std::asinh(x);
}

template <class T>
T area_cosine(T x) {
  return std::acosh(x);
}

template <class T>
T area_tangent(T x) {
  return std::atanh(x);
}

/// In the next wider type: the library's own is one off for 27.
template <class T>
T cube_root(T x) {
  using wider =
      std::conditional_t<std::is_same_v<T, float>, double, long double>;
  return static_cast<T>(std::cbrt(static_cast<wider>(x)));
}

template <class T>
T power_of_two(T x) {
  return std::exp2(x);
}

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::hypot:
    return each<T, hypotenuse<T>>;
  case opcode::logaddexp:
    return each<T, log_of_sum<T>>;
  case opcode::logaddexp2:
    return each<T, log2_of_sum<T>>;
  case opcode::nextafter:
    return each<T, next_towards<T>>;
  case opcode::heaviside:
    return each<T, unit_step<T>>;
  case opcode::arcsinh:
    return each<T, area_sine<T>>;
  case opcode::arccosh:
    return each<T, area_cosine<T>>;
  case opcode::arctanh:
    return each<T, area_tangent<T>>;
  case opcode::cbrt:
    return each<T, cube_root<T>>;
  case opcode::exp2:
    return each<T, power_of_two<T>>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel library_kernel(opcode op, dtype in) noexcept {
  if (in == dtype::float64)
    return kernel_for<double>(op);
  return in == dtype::float32 ? kernel_for<float>(op) : nullptr;
}

} // namespace tern
