// Loops over tiles for the kernel files: each includes this once for every
// instruction set (the guard is toggled by Highway's foreach_target.h).
//
// `map1<T, F>` and `map2<T, F>` run whole vectors: F::of(d, x) gives the
// values, F::regular(d, x) tells for which lanes they hold. For the others,
// NaN stays NaN and the rest come from F::scalar, lane by lane. So a lane's
// result never depends on its neighbours. Not for types or operations where
// vector and scalar code agree to the bit: those use `plain1` and `plain2`,
// which the compiler vectorises.

#if defined(TERN_VECTOR_MAP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TERN_VECTOR_MAP_INL
#undef TERN_VECTOR_MAP_INL
#else
#define TERN_VECTOR_MAP_INL
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The scalar way for lanes that are not regular.
template <class F, class D, class V, class M>
HWY_NOINLINE V patch1(D d, V x, V y, M regular) {
  using T = hn::TFromD<D>;
  const auto nan = hn::IsNaN(x);
  y = hn::IfThenElse(nan, x, y);
  const auto rest = hn::Not(hn::Or(nan, regular));
  if (hn::AllFalse(d, rest))
    return y;
  HWY_ALIGN T in[HWY_MAX_BYTES / sizeof(T)];
  HWY_ALIGN T out[HWY_MAX_BYTES / sizeof(T)];
  HWY_ALIGN T take[HWY_MAX_BYTES / sizeof(T)];
  hn::Store(x, d, in);
  hn::Store(y, d, out);
  hn::Store(hn::IfThenElseZero(rest, hn::Set(d, T(1))), d, take);
  for (std::size_t i = 0; i < hn::Lanes(d); ++i)
    if (take[i] != 0)
      out[i] = F::scalar(in[i]);
  return hn::Load(d, out);
}

/// For functions whose vector form covers all values.
template <class T, class F>
void map1(const void* a, const void*, const void*, void* out, std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* x = static_cast<const T*>(a);
  auto* y = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(F::of(d, hn::LoadU(d, x + i)), d, y + i);
}

template <class T, class F>
void map2(const void* a, const void* b, const void*, void* out, std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  auto* z = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(F::of(d, hn::LoadU(d, x + i), hn::LoadU(d, y + i)), d, z + i);
}

/// For functions with values that need the scalar way.
template <class T, class F>
void patched1(const void* a, const void*, const void*, void* out,
              std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* from = static_cast<const T*>(a);
  auto* to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto x = hn::LoadU(d, from + i);
    auto y = F::of(d, x);
    const auto regular = F::regular(d, x);
    if (HWY_UNLIKELY(!hn::AllTrue(d, regular)))
      y = patch1<F>(d, x, y, regular);
    hn::StoreU(y, d, to + i);
  }
}

#if HWY_TARGET == HWY_SCALAR
/// Highway's own would keep infinity out.
template <class D, class V>
HWY_INLINE hn::Vec<D> narrowed(D d, V y) {
  return hn::Set(d, static_cast<float>(hn::GetLane(y)));
}
#else
template <class D, class V>
HWY_INLINE hn::Vec<D> narrowed(D d, V y) {
  return hn::DemoteTo(d, y);
}
#endif

/// Out of the float64 function F, the float32 one: exact conversions around.
template <class F>
void widened1(const void* a, const void*, const void*, void* out,
              std::size_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const auto* from = static_cast<const float*>(a);
  auto* to = static_cast<float*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d)) {
    const auto x = hn::PromoteTo(d, hn::LoadU(half, from + i));
    auto y = F::of(d, x);
    const auto regular = F::regular(d, x);
    if (HWY_UNLIKELY(!hn::AllTrue(d, regular)))
      y = patch1<F>(d, x, y, regular);
    hn::StoreU(narrowed(half, y), half, to + i);
  }
}

template <class A, class R, class F>
void plain1(const void* a, const void*, const void*, void* out, std::size_t n) {
  const auto* HWY_RESTRICT x = static_cast<const A*>(a);
  auto* HWY_RESTRICT y = static_cast<R*>(out);
  for (std::size_t i = 0; i < n; ++i)
    y[i] = F::of(x[i]);
}

template <class A, class R, class F>
void plain2(const void* a, const void* b, const void*, void* out,
            std::size_t n) {
  const auto* HWY_RESTRICT x = static_cast<const A*>(a);
  const auto* HWY_RESTRICT y = static_cast<const A*>(b);
  auto* HWY_RESTRICT z = static_cast<R*>(out);
  for (std::size_t i = 0; i < n; ++i)
    z[i] = F::of(x[i], y[i]);
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#endif
