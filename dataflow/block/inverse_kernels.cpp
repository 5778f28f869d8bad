// arcsin, arccos and arctan, on Highway's (3 ulp), which hold for all values,
// and arctan2 on that arctan: the quotient of the smaller by the larger
// magnitude, moved to the octant and the half plane. Quotients that are
// subnormal, zeros and infinities go the scalar way.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/inverse_kernels.cpp"
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

struct arc_sine {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::Asin(d, x);
  }
};

struct arc_cosine {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::Acos(d, x);
  }
};

struct arc_tangent {
  template <class D, class V>
  static HWY_INLINE V of(D d, V x) {
    return hn::Atan(d, x);
  }
};

template <class D, class V>
HWY_INLINE V angle(D d, V y, V x, V quotient) {
  using T = hn::TFromD<D>;
  V a = hn::Atan(d, quotient);
  a = hn::IfThenElse(hn::Gt(hn::Abs(y), hn::Abs(x)),
                     hn::Sub(hn::Set(d, T(1.57079632679489661923)), a), a);
  a = hn::IfThenElse(hn::Lt(x, hn::Zero(d)),
                     hn::Sub(hn::Set(d, T(3.14159265358979323846)), a), a);
  return hn::CopySign(a, y);
}

template <class T>
HWY_NOINLINE void scalar_angles(const T* y, const T* x, T* out,
                                const T* regular, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i)
    if (regular[i] == 0)
      out[i] = std::atan2(y[i], x[i]);
}

template <class T>
void arctan2_loop(const void* a, const void* b, const void*, void* out,
                  std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* ys = static_cast<const T*>(a);
  const auto* xs = static_cast<const T*>(b);
  auto* to = static_cast<T*>(out);
  const auto least = hn::Set(d, std::numeric_limits<T>::min());
  const auto most = hn::Set(d, std::numeric_limits<T>::max());
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto y = hn::LoadU(d, ys + i);
    const auto x = hn::LoadU(d, xs + i);
    const auto height = hn::Abs(y);
    const auto width = hn::Abs(x);
    const auto quotient =
        hn::Div(hn::Min(height, width), hn::Max(height, width));
    const auto finite = hn::And(hn::Le(height, most), hn::Le(width, most));
    const auto regular = hn::And(hn::Ge(quotient, least), finite);
    hn::StoreU(angle(d, y, x, quotient), d, to + i);
    if (HWY_UNLIKELY(!hn::AllTrue(d, regular))) {
      HWY_ALIGN T flags[HWY_MAX_BYTES / sizeof(T)];
      hn::Store(hn::IfThenElseZero(regular, hn::Set(d, T(1))), d, flags);
      scalar_angles(ys + i, xs + i, to + i, flags, hn::Lanes(d));
    }
  }
}

template <class T>
tile_kernel kernel_for(opcode op) {
  switch (op) {
  case opcode::arcsin:
    return map1<T, arc_sine>;
  case opcode::arccos:
    return map1<T, arc_cosine>;
  case opcode::arctan:
    return map1<T, arc_tangent>;
  case opcode::arctan2:
    return arctan2_loop<T>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel find_inverse(opcode op, dtype in) {
  if (in == dtype::float64)
    return kernel_for<double>(op);
  return in == dtype::float32 ? kernel_for<float>(op) : nullptr;
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_inverse);

tile_kernel inverse_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_inverse)(op, in);
}

} // namespace tern
#endif
