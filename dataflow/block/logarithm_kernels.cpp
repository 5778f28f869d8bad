// Logarithms, on Highway's log (1 ulp).
//
// log2 and log10 take the exponent k apart first, x = m * 2^k with m between
// sqrt(1/2) and sqrt(2): log2 x = k + log m / ln 2 is exact for powers of two,
// and log10 x = k * hi + (k * lo + log m / ln 10), with the parts of log10 2
// as in fdlibm's e_log10.c (hi has 31 bits), for powers of ten. Subnormal
// numbers go the scalar way.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/logarithm_kernels.cpp"
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

/// The values of a logarithm outside (0, inf): -inf at 0, NaN below, inf.
template <class D, class V>
HWY_INLINE V at_the_ends(D d, V x, V y) {
  using T = hn::TFromD<D>;
  const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
  const V zero = hn::Zero(d);
  y = hn::IfThenElse(hn::Eq(x, infinity), x, y);
  y = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), y);
  return hn::IfThenElse(hn::Lt(x, zero),
                        hn::Set(d, std::numeric_limits<T>::quiet_NaN()), y);
}

template <class D, class V>
HWY_INLINE hn::Mask<D> normal(D d, V x) {
  using T = hn::TFromD<D>;
  return hn::And(hn::Ge(x, hn::Set(d, std::numeric_limits<T>::min())),
                 hn::Le(x, hn::Set(d, std::numeric_limits<T>::max())));
}

/// x = m * 2^k for normal x > 0.
template <class D>
struct parts {
  hn::Vec<D> m;
  hn::Vec<D> k;

  HWY_INLINE parts(D d, hn::Vec<D> x) {
    using T = hn::TFromD<D>;
    const hn::RebindToSigned<D> whole;
    using I = hn::TFromD<decltype(whole)>;
    constexpr int digits = std::numeric_limits<T>::digits - 1;
    constexpr I bias = std::numeric_limits<T>::max_exponent - 1;
    // bits of sqrt(1/2): subtracted, they make the exponent step there
    const auto offset =
        hn::Sub(hn::Set(whole, I(bias) << digits),
                hn::BitCast(whole, hn::Set(d, T(0.70710678118654752440))));
    const auto bits = hn::Add(hn::BitCast(whole, x), offset);
    const auto e = hn::Sub(hn::ShiftRight<digits>(bits), hn::Set(whole, bias));
    k = hn::ConvertTo(d, e);
    m = hn::BitCast(d,
                    hn::Sub(hn::BitCast(whole, x), hn::ShiftLeft<digits>(e)));
  }
};

struct logarithm {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return at_the_ends(d, x, hn::Log(d, x));
  }
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D, V x) {
    return hn::Eq(x, x);
  }
  template <class T>
  static T scalar(T x) {
    return std::log(x);
  }
};

struct binary_logarithm {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    using T = hn::TFromD<D>;
    const parts<D> p(d, x);
    const V tail =
        hn::Mul(hn::Log(d, p.m), hn::Set(d, T(1.44269504088896340736)));
    return hn::Add(p.k, tail);
  }
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D d, V x) {
    return normal(d, x);
  }
  template <class T>
  static T scalar(T x) {
    return std::log2(x);
  }
};

struct decimal_logarithm {
  static double scalar(double x) {
    return std::log10(x);
  }
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D d, V x) {
    return normal(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    const parts<D> p(d, x);
    const V tail =
        hn::Add(hn::Mul(p.k, hn::Set(d, 3.69423907715893078616e-13)),
                hn::Mul(hn::Log(d, p.m), hn::Set(d, 0.43429448190325182765)));
    return hn::Add(hn::Mul(p.k, hn::Set(d, 3.01029995663611771306e-01)), tail);
  }
};

struct logarithm_of_one_more {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    using T = hn::TFromD<D>;
    return at_the_ends(d, hn::Add(x, hn::Set(d, T(1))), hn::Log1p(d, x));
  }
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D, V x) {
    return hn::Eq(x, x);
  }
  template <class T>
  static T scalar(T x) {
    return std::log1p(x);
  }
};

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::log:
    return patched1<T, logarithm>;
  case opcode::log1p:
    return patched1<T, logarithm_of_one_more>;
  case opcode::log2:
    return patched1<T, binary_logarithm>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel find_logarithm(opcode op, dtype in) {
  const bool wide = in == dtype::float64;
  if (!wide && in != dtype::float32)
    return nullptr;
  if (op == opcode::log10)
    return wide ? patched1<double, decimal_logarithm>
                : widened1<decimal_logarithm>;
  return wide ? kernel_for<double>(op) : kernel_for<float>(op);
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_logarithm);

tile_kernel logarithm_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_logarithm)(op, in);
}

} // namespace tern
#endif
