// Arithmetic on complex numbers. The formulas are NumPy's: products as they are
// written in school, quotients by Smith's way (Communications of the ACM 5,
// 1962), which does not overflow in between. Every step is rounded by itself,
// so all instruction sets give the same bits. Infinities are not mended as C's
// annex G has it; NumPy does not do so either.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/complex_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/complex_map.inl"
#include "dataflow/block/plain_arithmetic.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

using byte = std::uint8_t; // how a boolean lies in memory

// Of numbers as a whole.

struct product {
  template <class D, class V>
  static HWY_INLINE parts<V> of(D, parts<V> a, parts<V> b) {
    return {hn::Sub(hn::Mul(a.re, b.re), hn::Mul(a.im, b.im)),
            hn::Add(hn::Mul(a.re, b.im), hn::Mul(a.im, b.re))};
  }
};

struct squared {
  template <class D, class V>
  static HWY_INLINE parts<V> of(D d, parts<V> a) {
    return product::of(d, a, a);
  }
};

// With p the part of b that is larger in size and q the other: b = p (1 + q/p)
// up to a turn by i, which exchanges the parts of a.
struct quotient {
  template <class D, class V>
  static HWY_INLINE parts<V> of(D d, parts<V> a, parts<V> b) {
    const auto one = hn::Set(d, hn::TFromD<D>(1));
    const auto turned = hn::Lt(hn::Abs(b.re), hn::Abs(b.im));
    const auto p = hn::IfThenElse(turned, b.im, b.re);
    const auto q = hn::IfThenElse(turned, b.re, b.im);
    const auto u = hn::IfThenElse(turned, a.im, a.re);
    const auto v = hn::IfThenElse(turned, a.re, a.im);
    const auto ratio = hn::Div(q, p);
    const auto scale = hn::Div(one, hn::Add(p, hn::Mul(q, ratio)));
    const auto re = hn::Mul(hn::Add(u, hn::Mul(v, ratio)), scale);
    const auto w = hn::Mul(u, ratio);
    const auto im =
        hn::Mul(hn::IfThenElse(turned, hn::Sub(w, v), hn::Sub(v, w)), scale);
    const auto size = hn::Abs(b.re); // of a divisor that is 0
    const auto none =
        hn::And(hn::Eq(b.re, hn::Zero(d)), hn::Eq(b.im, hn::Zero(d)));
    return {hn::IfThenElse(none, hn::Div(a.re, size), re),
            hn::IfThenElse(none, hn::Div(a.im, size), im)};
  }
};

struct inverse {
  template <class D, class V>
  static HWY_INLINE parts<V> of(D d, parts<V> z) {
    const auto one = hn::Set(d, hn::TFromD<D>(1));
    const auto turned = hn::Not(hn::Le(hn::Abs(z.im), hn::Abs(z.re)));
    const auto p = hn::IfThenElse(turned, z.im, z.re);
    const auto q = hn::IfThenElse(turned, z.re, z.im);
    const auto ratio = hn::Div(q, p);
    const auto scale = hn::Add(p, hn::Mul(q, ratio));
    const auto front = hn::IfThenElse(turned, ratio, one);
    const auto back = hn::IfThenElse(turned, one, ratio);
    return {hn::Div(front, scale), hn::Div(hn::Neg(back), scale)};
  }
};

struct conjugated {
  template <class D, class V>
  static HWY_INLINE parts<V> of(D, parts<V> z) {
    return {z.re, hn::Neg(z.im)};
  }
};

struct real_part {
  template <class D, class V>
  static HWY_INLINE V of(D, parts<V> z) {
    return z.re;
  }
};

struct imaginary_part {
  template <class D, class V>
  static HWY_INLINE V of(D, parts<V> z) {
    return z.im;
  }
};

// Tests.

struct equal_to {
  template <class T>
  static HWY_INLINE byte of(parts<T> a, parts<T> b) {
    return (a.re == b.re) & (a.im == b.im);
  }
};

struct other_than {
  template <class T>
  static HWY_INLINE byte of(parts<T> a, parts<T> b) {
    return (a.re != b.re) | (a.im != b.im);
  }
};

struct not_a_number {
  template <class T>
  static HWY_INLINE byte of(parts<T> z) {
    return (z.re != z.re) | (z.im != z.im);
  }
};

struct finite {
  template <class T>
  static HWY_INLINE byte of(parts<T> z) {
    return (z.re - z.re == 0) & (z.im - z.im == 0);
  }
};

/// The root of the sum of squares where those stay in range; else (zero,
/// infinity and NaN among them) the C library's hypot.
void magnitude(const void* a, const void*, const void*, void* out,
               std::size_t n) {
  constexpr double least = 0x1p-960;
  constexpr double most = 0x1p1000;
  const hn::ScalableTag<double> d;
  const auto* z = static_cast<const double*>(a);
  auto* to = static_cast<double*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto x = load_parts(d, z + 2 * i);
    const auto sum = hn::Add(hn::Mul(x.re, x.re), hn::Mul(x.im, x.im));
    hn::StoreU(hn::Sqrt(sum), d, to + i);
    const auto regular =
        hn::And(hn::Gt(sum, hn::Set(d, least)), hn::Lt(sum, hn::Set(d, most)));
    if (HWY_LIKELY(hn::AllTrue(d, regular)))
      continue;
    for (std::size_t k = i; k < i + hn::Lanes(d); ++k) {
      const double re = z[2 * k];
      const double im = z[2 * k + 1];
      const double whole = re * re + im * im;
      if (!(whole > least && whole < most))
        to[k] = std::hypot(re, im);
    }
  }
}

/// Of float32 by float64, where squares are exact and stay in range.
void narrow_magnitude(const void* a, const void*, const void*, void* out,
                      std::size_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const auto endless = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto* z = static_cast<const float*>(a);
  auto* to = static_cast<float*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto x = load_parts(half, z + 2 * i);
    const auto re = hn::PromoteTo(d, x.re);
    const auto im = hn::PromoteTo(d, x.im);
    const auto size = hn::Sqrt(hn::Add(hn::Mul(re, re), hn::Mul(im, im)));
    const auto infinite =
        hn::Or(hn::Eq(hn::Abs(re), endless),
               hn::Eq(hn::Abs(im), endless)); // beside NaN too
    hn::StoreU(narrowed(half, hn::IfThenElse(infinite, endless, size)), half,
               to + i);
  }
}

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::add:
    return parts2<T, sum>;
  case opcode::subtract:
    return parts2<T, difference>;
  case opcode::multiply:
    return complex2<T, product>;
  case opcode::divide:
    return complex2<T, quotient>;
  case opcode::negative:
    return parts1<T, negated>;
  case opcode::rint:
    return parts1<T, rounded>;
  case opcode::square:
    return complex1<T, squared>;
  case opcode::reciprocal:
    return complex1<T, inverse>;
  case opcode::conjugate:
    return complex1<T, conjugated>;
  case opcode::real:
    return to_real<T, real_part>;
  case opcode::imag:
    return to_real<T, imaginary_part>;
  case opcode::absolute:
    return sizeof(T) == sizeof(double) ? magnitude : narrow_magnitude;
  case opcode::equal:
    return plain2<parts<T>, byte, equal_to>;
  case opcode::not_equal:
    return plain2<parts<T>, byte, other_than>;
  case opcode::isnan:
    return plain1<parts<T>, byte, not_a_number>;
  case opcode::isfinite:
    return plain1<parts<T>, byte, finite>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel find_complex(opcode op, dtype in) {
  return in == dtype::complex128 ? kernel_for<double>(op)
                                 : kernel_for<float>(op);
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_complex);

tile_kernel complex_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_complex)(op, in);
}

} // namespace tern
#endif
