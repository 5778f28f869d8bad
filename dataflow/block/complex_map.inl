// Loops over tiles of complex numbers, whose parts lie in turn: real,
// imaginary, real, ... Each kernel file that includes this does so once for
// every instruction set, as with vector_map.inl. The parts of as many numbers
// as fit are taken into two vectors, and F::of(d, ...) works on these.

#if defined(TERN_COMPLEX_MAP_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TERN_COMPLEX_MAP_INL
#undef TERN_COMPLEX_MAP_INL
#else
#define TERN_COMPLEX_MAP_INL
#endif

#include "dataflow/block/vector_map.inl"

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {

/// Real and imaginary part, of one number or of a vector of them.
template <class V>
struct parts {
  V re;
  V im;
};

template <class D>
HWY_INLINE parts<hn::Vec<D>> load_parts(D d, const hn::TFromD<D>* from) {
  parts<hn::Vec<D>> z;
#if HWY_TARGET == HWY_SCALAR
  z = {hn::LoadU(d, from), hn::LoadU(d, from + 1)};
#else
  hn::LoadInterleaved2(d, from, z.re, z.im);
#endif
  return z;
}

template <class D>
HWY_INLINE void store_parts(D d, parts<hn::Vec<D>> z, hn::TFromD<D>* to) {
#if HWY_TARGET == HWY_SCALAR
  hn::StoreU(z.re, d, to);
  hn::StoreU(z.im, d, to + 1);
#else
  hn::StoreInterleaved2(z.re, z.im, d, to);
#endif
}

template <class T, class F>
void complex1(const void* a, const void*, const void*, void* out,
              std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* x = static_cast<const T*>(a);
  auto* y = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    store_parts(d, F::of(d, load_parts(d, x + 2 * i)), y + 2 * i);
}

template <class T, class F>
void complex2(const void* a, const void* b, const void*, void* out,
              std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  auto* z = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    store_parts(d, F::of(d, load_parts(d, x + 2 * i), load_parts(d, y + 2 * i)),
                z + 2 * i);
}

/// A real number of each.
template <class T, class F>
void to_real(const void* a, const void*, const void*, void* out,
             std::size_t n) {
  const hn::ScalableTag<T> d;
  const auto* x = static_cast<const T*>(a);
  auto* y = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; i += hn::Lanes(d))
    hn::StoreU(F::of(d, load_parts(d, x + 2 * i)), d, y + i);
}

/// What treats both parts alike, as real numbers.
template <class T, class F>
void parts1(const void* a, const void* b, const void* c, void* out,
            std::size_t n) {
  map1<T, F>(a, b, c, out, 2 * n);
}

template <class T, class F>
void parts2(const void* a, const void* b, const void* c, void* out,
            std::size_t n) {
  map2<T, F>(a, b, c, out, 2 * n);
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#endif
