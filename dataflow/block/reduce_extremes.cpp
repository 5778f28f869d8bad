// Minima and maxima, with and without regard to NaN, and what they are on
// booleans: all and any.

#include "dataflow/block/reduce_kernels.hpp"

#include <cstdint>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/reduce_extremes.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/reduce_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

/// A NaN wins.
template <class T>
struct least {
  using value = T;
  using number = T;
  static HWY_INLINE T empty() {
    using limits = std::numeric_limits<T>;
    return limits::has_infinity ? limits::infinity() : limits::max();
  }
  static HWY_INLINE T take(T a, T x) {
    const T smaller = a < x ? a : x;
    return a != a ? a : smaller;
  }
  static HWY_INLINE T join(T a, T b) {
    return take(a, b);
  }
};

template <class T>
struct greatest {
  using value = T;
  using number = T;
  static HWY_INLINE T empty() {
    using limits = std::numeric_limits<T>;
    return limits::has_infinity ? -limits::infinity() : limits::lowest();
  }
  static HWY_INLINE T take(T a, T x) {
    const T larger = a > x ? a : x;
    return a != a ? a : larger;
  }
  static HWY_INLINE T join(T a, T b) {
    return take(a, b);
  }
};

/// A NaN loses; only NaN (or nothing) gives NaN.
template <class T>
struct least_known {
  using value = T;
  using number = T;
  static HWY_INLINE T empty() {
    return std::numeric_limits<T>::quiet_NaN();
  }
  static HWY_INLINE T take(T a, T x) {
    const T smaller = x < a ? x : a;
    return a != a ? x : smaller;
  }
  static HWY_INLINE T join(T a, T b) {
    return take(a, b);
  }
};

template <class T>
struct greatest_known : least_known<T> {
  static HWY_INLINE T take(T a, T x) {
    const T larger = x > a ? x : a;
    return a != a ? x : larger;
  }
  static HWY_INLINE T join(T a, T b) {
    return take(a, b);
  }
};

// On booleans, bytes of 0 or 1.

struct some_true {
  using value = std::uint8_t;
  using number = std::uint8_t;
  static HWY_INLINE number empty() {
    return 0;
  }
  static HWY_INLINE number take(number a, value x) {
    return a | x;
  }
  static HWY_INLINE number join(number a, number b) {
    return a | b;
  }
};

struct all_true {
  using value = std::uint8_t;
  using number = std::uint8_t;
  static HWY_INLINE number empty() {
    return 1;
  }
  static HWY_INLINE number take(number a, value x) {
    return a & x;
  }
  static HWY_INLINE number join(number a, number b) {
    return a & b;
  }
};

const reduce_kernels* for_boolean(reduction r) {
  switch (r) {
  case reduction::any:
  case reduction::max:
  case reduction::nanmax:
    return &all_of<single<some_true>>;
  case reduction::all:
  case reduction::min:
  case reduction::nanmin:
    return &all_of<single<all_true>>;
  default:
    return nullptr;
  }
}

template <class T>
const reduce_kernels* for_integers(reduction r) {
  switch (r) {
  case reduction::min:
  case reduction::nanmin:
    return &all_of<single<least<T>>>;
  case reduction::max:
  case reduction::nanmax:
    return &all_of<single<greatest<T>>>;
  default:
    return nullptr;
  }
}

template <class T>
const reduce_kernels* for_floats(reduction r) {
  switch (r) {
  case reduction::min:
    return &all_of<single<least<T>>>;
  case reduction::max:
    return &all_of<single<greatest<T>>>;
  case reduction::nanmin:
    return &all_of<single<least_known<T>>>;
  case reduction::nanmax:
    return &all_of<single<greatest_known<T>>>;
  default:
    return nullptr;
  }
}

} // namespace

const reduce_kernels* find_extremes(reduction r, dtype type) {
  switch (type) {
  case dtype::boolean:
    return for_boolean(r);
  case dtype::int8:
    return for_integers<std::int8_t>(r);
  case dtype::int16:
    return for_integers<std::int16_t>(r);
  case dtype::int32:
    return for_integers<std::int32_t>(r);
  case dtype::int64:
    return for_integers<std::int64_t>(r);
  case dtype::uint8:
    return for_integers<std::uint8_t>(r);
  case dtype::uint16:
    return for_integers<std::uint16_t>(r);
  case dtype::uint32:
    return for_integers<std::uint32_t>(r);
  case dtype::uint64:
    return for_integers<std::uint64_t>(r);
  case dtype::float32:
    return for_floats<float>(r);
  case dtype::float64:
    return for_floats<double>(r);
  default:
    return nullptr;
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_extremes);

const reduce_kernels* extreme_kernels(reduction r, dtype type) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_extremes)(r, type);
}

} // namespace tern
#endif
