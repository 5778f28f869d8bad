// What arithmetic does alike to real numbers and to the parts of complex ones,
// as F of vector_map.inl. Included once for every instruction set.

#if defined(TERN_PLAIN_ARITHMETIC_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TERN_PLAIN_ARITHMETIC_INL
#undef TERN_PLAIN_ARITHMETIC_INL
#else
#define TERN_PLAIN_ARITHMETIC_INL
#endif

#include "dataflow/block/vector_map.inl"

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {

struct sum {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::Add(a, b);
  }
};

struct difference {
  template <class D, class V>
  static HWY_INLINE V of(D, V a, V b) {
    return hn::Sub(a, b);
  }
};

struct negated {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::Neg(x);
  }
};

// Zeros keep the sign of x (Highway without vectors drops it).
struct rounded {
  template <class D, class V>
  static HWY_INLINE V of(D, V x) {
    return hn::CopySign(hn::Round(x), x);
  }
};

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#endif
