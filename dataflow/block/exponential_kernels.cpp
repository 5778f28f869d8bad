// exp, expm1 and the hyperbolic functions, on Highway's exp and expm1 (1 and
// 4 ulp). Where those end (near overflow) the scalar functions take over.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/exponential_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include <hwy/contrib/math/math-inl.h>
#include "dataflow/block/vector_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

template <class D>
constexpr bool is_single = sizeof(hn::TFromD<D>) == 4;

/// Up to where Highway's exp holds.
template <class D>
HWY_INLINE hn::Vec<D> exp_limit(D d) {
  return hn::Set(d, static_cast<hn::TFromD<D>>(is_single<D> ? 88 : 706));
}

/// x where f(x) = x to the last bit (below 2^-28, 2^-13), else y.
template <class D, class V>
HWY_INLINE V odd_near_zero(D d, V x, V y) {
  const auto tiny =
      static_cast<hn::TFromD<D>>(is_single<D> ? 0x1p-13 : 0x1p-28);
  return hn::IfThenElse(hn::Lt(hn::Abs(x), hn::Set(d, tiny)), x, y);
}

struct up_to_limit {
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D d, V x) {
    return hn::Le(x, exp_limit(d));
  }
};

struct within_limit {
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D d, V x) {
    return hn::Le(hn::Abs(x), exp_limit(d));
  }
};

struct exponential : up_to_limit {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::Exp(d, x);
  }
  template <class T>
  static T scalar(T x) {
    return std::exp(x);
  }
};

struct exponential_less_one : up_to_limit {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, hn::Expm1(d, x));
  }
  template <class T>
  static T scalar(T x) {
    return std::expm1(x);
  }
};

struct hyperbolic_sine : within_limit {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return odd_near_zero(d, x, hn::Sinh(d, x));
  }
  template <class T>
  static T scalar(T x) {
    return std::sinh(x);
  }
};

struct hyperbolic_cosine : within_limit {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    using T = hn::TFromD<D>;
    const V e = hn::Mul(hn::Exp(d, hn::Abs(x)), hn::Set(d, T(0.5)));
    return hn::Add(e, hn::Div(hn::Set(d, T(0.25)), e));
  }
  template <class T>
  static T scalar(T x) {
    return std::cosh(x);
  }
};

struct hyperbolic_tangent {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return odd_near_zero(d, x, hn::Tanh(d, x));
  }
};

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::exp:
    return patched1<T, exponential>;
  case opcode::expm1:
    return patched1<T, exponential_less_one>;
  case opcode::sinh:
    return patched1<T, hyperbolic_sine>;
  case opcode::cosh:
    return patched1<T, hyperbolic_cosine>;
  case opcode::tanh:
    return map1<T, hyperbolic_tangent>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel find_exponential(opcode op, dtype in) {
  if (in == dtype::float64)
    return kernel_for<double>(op);
  return in == dtype::float32 ? kernel_for<float>(op) : nullptr;
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_exponential);

tile_kernel exponential_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_exponential)(op, in);
}

} // namespace tern
#endif
