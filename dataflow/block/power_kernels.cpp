// power, floor_divide, remainder and fmod on floats, one element at a time:
// their rules have many cases, and the C library's pow is correct to 1 ulp.
// Constant small exponents never come here (tile_program.cpp makes products of
// them).

#include "dataflow/block/scalar_map.hpp"
#include "dataflow/block/tile_kernels.hpp"

#include <cmath>

namespace tern {

namespace {

template <class T>
struct divided {
  T quotient;
  T rest;
};

/// NumPy's divmod: the rest has the sign of b, the quotient is rounded down.
template <class T>
divided<T> divide(T a, T b) {
  T rest = std::fmod(a, b);
  if (b == 0)
    return {a / b, rest};
  T quotient = (a - rest) / b;
  if (rest != 0) {
    if ((b < 0) != (rest < 0)) {
      rest += b;
      quotient -= 1;
    }
  } else {
    rest = std::copysign(T(0), b);
  }
  if (quotient == 0)
    return {std::copysign(T(0), a / b), rest};
  const T whole = std::floor(quotient);
  return {quotient - whole > T(0.5) ? whole + 1 : whole, rest};
}

template <class T>
T power_of(T a, T b) {
  return std::pow(a, b);
}

template <class T>
T quotient_of(T a, T b) {
  return divide(a, b).quotient;
}

template <class T>
T rest_of(T a, T b) {
  return divide(a, b).rest;
}

template <class T>
T cut_rest_of(T a, T b) {
  return std::fmod(a, b);
}

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::power:
    return each<T, power_of<T>>;
  case opcode::floor_divide:
    return each<T, quotient_of<T>>;
  case opcode::remainder:
    return each<T, rest_of<T>>;
  case opcode::fmod:
    return each<T, cut_rest_of<T>>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel power_kernel(opcode op, dtype in) noexcept {
  if (in == dtype::float64)
    return kernel_for<double>(op);
  return in == dtype::float32 ? kernel_for<float>(op) : nullptr;
}

} // namespace tern
