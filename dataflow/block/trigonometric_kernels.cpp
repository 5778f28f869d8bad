// sin, cos and tan.
//
// For float64, x is reduced by the nearest multiple n of pi (of pi/2 for tan)
// in three steps (Cody and Waite, Software Manual for the Elementary
// Functions, 1980): the parts of pi have 29, 29 and 53 bits, so that n times
// the first two is exact for |n| < 2^24, with and without FMA. n comes from
// adding 1.5 * 2^52, which leaves it in the low bits of the sum. What remains
// goes into polynomials, minimax in relative error by Remez exchange: sin on
// [-pi/2, pi/2] to 2^-61, for tan sin and cos on [-pi/4, pi/4] to 2^-58.
// Errors are below 2.5 ulp (tan 4). Beyond 10^7 the scalar function reduces
// with as many digits of pi as it takes.
//
// float32 uses Highway's functions (3 ulp, up to 39,000), tan the float64 one.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/trigonometric_kernels.cpp"
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

constexpr double largest_reduced = 1e7;
constexpr double to_integer = 0x1.8p52;

/// x - n * pi * 2^-k, where `unit` is 2^-k.
template <class D, class V>
HWY_INLINE V reduce(D d, V x, V n, double unit) {
  x = hn::NegMulAdd(n, hn::Set(d, unit * 0x1.921fb54p+1), x);
  x = hn::NegMulAdd(n, hn::Set(d, unit * 0x1.10b4611p-29), x);
  return hn::NegMulAdd(n, hn::Set(d, unit * 0x1.4c4c6628b80dcp-58), x);
}

/// The lowest bit of the integer in `sum` = n + 1.5 * 2^52, as a sign bit.
template <class D, class V>
HWY_INLINE V odd_sign(D d, V sum) {
  const hn::RebindToUnsigned<D> bits;
  return hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(bits, sum)));
}

/// sin on [-pi/2, pi/2].
template <class D, class V>
HWY_INLINE V sin_reduced(D d, V r) {
  const V y = hn::Mul(r, r);
  V p = hn::Set(d, 2.7211747774635143e-15);
  p = hn::MulAdd(p, y, hn::Set(d, -7.642991471786577e-13));
  p = hn::MulAdd(p, y, hn::Set(d, 1.605893970522302e-10));
  p = hn::MulAdd(p, y, hn::Set(d, -2.505210687278876e-08));
  p = hn::MulAdd(p, y, hn::Set(d, 2.7557319211137127e-06));
  p = hn::MulAdd(p, y, hn::Set(d, -0.00019841269841209218));
  p = hn::MulAdd(p, y, hn::Set(d, 0.008333333333333194));
  p = hn::MulAdd(p, y, hn::Set(d, -0.16666666666666666));
  return hn::MulAdd(p, hn::Mul(y, r), r);
}

struct periodic {
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D d, V x) {
    return hn::Lt(hn::Abs(x), hn::Set(d, largest_reduced));
  }
};

struct sine : periodic {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    const V magic = hn::Set(d, to_integer);
    const V size = hn::Abs(x); // and its sign at the end, so that -0 stays
    const V sum = hn::MulAdd(size, hn::Set(d, 0.3183098861837907), magic);
    const V r = reduce(d, size, hn::Sub(sum, magic), 1.0);
    const V sign = hn::Xor(odd_sign(d, sum), hn::And(hn::SignBit(d), x));
    return hn::Xor(sin_reduced(d, r), sign);
  }
  static double scalar(double x) {
    return std::sin(x);
  }
};

struct cosine : periodic {
  // cos x = sin(x + pi/2): n is the nearest integer to x/pi + 1/2.
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    const V magic = hn::Set(d, to_integer);
    const V half = hn::Set(d, 0.5);
    const V size = hn::Abs(x);
    const V turns = hn::MulAdd(size, hn::Set(d, 0.3183098861837907), half);
    const V sum = hn::Add(turns, magic);
    const V n = hn::Sub(hn::Sub(sum, magic), half);
    return hn::Xor(sin_reduced(d, reduce(d, size, n, 1.0)), odd_sign(d, sum));
  }
  static double scalar(double x) {
    return std::cos(x);
  }
};

struct tangent : periodic {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    const V magic = hn::Set(d, to_integer);
    const V size = hn::Abs(x);
    const V sum = hn::MulAdd(size, hn::Set(d, 0.6366197723675814), magic);
    const V r = reduce(d, size, hn::Sub(sum, magic), 0.5);
    const V y = hn::Mul(r, r);
    const V s = sine_part(d, r, y);
    const V c = cosine_part(d, y);
    // odd quadrants: -cos/sin
    const V odd = odd_sign(d, sum);
    const hn::RebindToSigned<D> whole;
    const auto swap =
        hn::RebindMask(d, hn::Lt(hn::BitCast(whole, odd), hn::Zero(whole)));
    const V up = hn::IfThenElse(swap, c, s);
    const V down = hn::IfThenElse(swap, s, c);
    const V sign = hn::Xor(odd, hn::And(hn::SignBit(d), x));
    return hn::Xor(hn::Div(up, down), sign);
  }
  static double scalar(double x) {
    return std::tan(x);
  }

private:
  template <class D, class V>
  static HWY_INLINE V sine_part(D d, V r, V y) {
    V p = hn::Set(d, 1.5896229863734272e-10);
    p = hn::MulAdd(p, y, hn::Set(d, -2.5050747757958264e-08));
    p = hn::MulAdd(p, y, hn::Set(d, 2.75573136213556e-06));
    p = hn::MulAdd(p, y, hn::Set(d, -0.00019841269829589455));
    p = hn::MulAdd(p, y, hn::Set(d, 0.008333333333322118));
    p = hn::MulAdd(p, y, hn::Set(d, -0.1666666666666663));
    return hn::MulAdd(p, hn::Mul(y, r), r);
  }
  template <class D, class V>
  static HWY_INLINE V cosine_part(D d, V y) {
    V p = hn::Set(d, -1.1358536339628643e-11);
    p = hn::MulAdd(p, y, hn::Set(d, 2.08757008385706e-09));
    p = hn::MulAdd(p, y, hn::Set(d, -2.7557314179272504e-07));
    p = hn::MulAdd(p, y, hn::Set(d, 2.4801587288851622e-05));
    p = hn::MulAdd(p, y, hn::Set(d, -0.0013888888888873056));
    p = hn::MulAdd(p, y, hn::Set(d, 0.041666666666666595));
    // 1 - y/2 is rounded once; what that loses is added back
    const V one = hn::Set(d, 1.0);
    const V half = hn::Mul(y, hn::Set(d, 0.5));
    const V head = hn::Sub(one, half);
    const V lost = hn::Sub(hn::Sub(one, head), half);
    return hn::Add(head, hn::MulAdd(p, hn::Mul(y, y), lost));
  }
};

struct periodic_single {
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> regular(D d, V x) {
    return hn::Lt(hn::Abs(x), hn::Set(d, 39000.0f));
  }
};

struct sine_single : periodic_single {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, hn::Sin(d, x));
  }
  static float scalar(float x) {
    return std::sin(x);
  }
};

struct cosine_single : periodic_single {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::Cos(d, x);
  }
  static float scalar(float x) {
    return std::cos(x);
  }
};

} // namespace

tile_kernel find_trigonometric(opcode op, dtype in) {
  const bool wide = in == dtype::float64;
  if (!wide && in != dtype::float32)
    return nullptr;
  switch (op) {
  case opcode::sin:
    return wide ? patched1<double, sine> : patched1<float, sine_single>;
  case opcode::cos:
    return wide ? patched1<double, cosine> : patched1<float, cosine_single>;
  case opcode::tan:
    return wide ? patched1<double, tangent> : widened1<tangent>;
  default:
    return nullptr;
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_trigonometric);

tile_kernel trigonometric_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_trigonometric)(op, in);
}

} // namespace tern
#endif
