// Arithmetic on float32 and float64: every operation here is correctly
// rounded (or exact), so all instruction sets give the same bits.

#include "dataflow/block/tile_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/arithmetic_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/plain_arithmetic.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

struct product {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::Mul(a, b);
  }
};

struct quotient {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::Div(a, b);
  }
};

// NaN wins, whichever side it is on.
struct smaller {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
  }
};

struct larger {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
  }
};

// The one that is a number.
struct smaller_number {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(b)), a, b);
  }
};

struct larger_number {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(b)), a, b);
  }
};

struct with_sign {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::CopySign(a, b);
  }
};

struct magnitude {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::Abs(x);
  }
};

// -1, 0, 1 or NaN; the sign of both zeros is 0.
struct signum {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    using T = hn::TFromD<D>;
    const auto zero = hn::Zero(d);
    const auto up = hn::IfThenElseZero(hn::Gt(x, zero), hn::Set(d, T(1)));
    const auto both = hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, T(-1)), up);
    return hn::IfThenElse(hn::IsNaN(x), x, both);
  }
};

struct squared {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::Mul(x, x);
  }
};

struct inverse {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::Div(hn::Set(d, hn::TFromD<D>(1)), x);
  }
};

struct square_root {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::Sqrt(x);
  }
};

// Zeros keep the sign of x (Highway without vectors drops it).
struct rounded_down {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::CopySign(hn::Floor(x), x);
  }
};

struct rounded_up {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::CopySign(hn::Ceil(x), x);
  }
};

struct cut_off {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::CopySign(hn::Trunc(x), x);
  }
};

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::add:
    return map2<T, sum>;
  case opcode::subtract:
    return map2<T, difference>;
  case opcode::multiply:
    return map2<T, product>;
  case opcode::divide:
    return map2<T, quotient>;
  case opcode::minimum:
    return map2<T, smaller>;
  case opcode::maximum:
    return map2<T, larger>;
  case opcode::fmin:
    return map2<T, smaller_number>;
  case opcode::fmax:
    return map2<T, larger_number>;
  case opcode::copysign:
    return map2<T, with_sign>;
  case opcode::negative:
    return map1<T, negated>;
  case opcode::absolute:
    return map1<T, magnitude>;
  case opcode::sign:
    return map1<T, signum>;
  case opcode::square:
    return map1<T, squared>;
  case opcode::reciprocal:
    return map1<T, inverse>;
  case opcode::sqrt:
    return map1<T, square_root>;
  case opcode::floor:
    return map1<T, rounded_down>;
  case opcode::ceil:
    return map1<T, rounded_up>;
  case opcode::trunc:
    return map1<T, cut_off>;
  case opcode::rint:
    return map1<T, rounded>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel find_arithmetic(opcode op, dtype in) {
  if (in == dtype::float64)
    return kernel_for<double>(op);
  return in == dtype::float32 ? kernel_for<float>(op) : nullptr;
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_arithmetic);

tile_kernel arithmetic_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_arithmetic)(op, in);
}

} // namespace tern
#endif
