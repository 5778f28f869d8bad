// Casts between all dtypes, by NumPy's rules: what is not 0 is true (NaN too),
// integers wrap, floats are cut off. Where C++ and NumPy leave it to the
// machine (a float that the integer cannot hold) the result is defined here: it
// goes by int64, which has its smallest number for what it cannot hold, and
// wraps from there; uint64 takes all that it can hold itself. A complex number
// is cast to complex ones and to booleans; it is true if either part is.

#include "dataflow/block/tile_kernels.hpp"

#include <cstdint>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/cast_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/complex_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

using byte = std::uint8_t; // how a boolean lies in memory

/// What is not 0 is true.
struct truth {
  template <class From>
  static HWY_INLINE byte of(From x) {
    return x != 0;
  }
};

template <class From>
HWY_INLINE std::int64_t whole_part(From x) {
  return x >= From(-0x1p63) && x < From(0x1p63)
             ? static_cast<std::int64_t>(x)
             : std::numeric_limits<std::int64_t>::min();
}

template <class To>
struct converted {
  template <class From>
  static HWY_INLINE To of(From x) {
    if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
      if constexpr (std::is_same_v<To, std::uint64_t>)
        if (x >= From(0x1p63) && x < From(0x1p64))
          return static_cast<To>(x);
      return static_cast<To>(whole_part(x));
    } else {
      return static_cast<To>(x);
    }
  }
};

/// A real number as a complex one.
template <class To>
struct joined {
  template <class From>
  static HWY_INLINE parts<To> of(From x) {
    return {converted<To>::of(x), To(0)};
  }
};

template <class From>
struct complex_truth {
  static HWY_INLINE byte of(parts<From> z) {
    return (z.re != 0) | (z.im != 0);
  }
};

template <class To>
struct both_converted {
  template <class From>
  static HWY_INLINE parts<To> of(parts<From> z) {
    return {static_cast<To>(z.re), static_cast<To>(z.im)};
  }
};

template <class From>
tile_kernel cast_from_complex(dtype out) {
  switch (out) {
  case dtype::boolean:
    return plain1<parts<From>, byte, complex_truth<From>>;
  case dtype::complex64:
    return plain1<parts<From>, parts<float>, both_converted<float>>;
  case dtype::complex128:
    return plain1<parts<From>, parts<double>, both_converted<double>>;
  default:
    return nullptr;
  }
}

template <class From>
tile_kernel cast_from(dtype out) {
  switch (out) {
  case dtype::boolean:
    return plain1<From, byte, truth>;
  case dtype::int8:
    return plain1<From, std::int8_t, converted<std::int8_t>>;
  case dtype::int16:
    return plain1<From, std::int16_t, converted<std::int16_t>>;
  case dtype::int32:
    return plain1<From, std::int32_t, converted<std::int32_t>>;
  case dtype::int64:
    return plain1<From, std::int64_t, converted<std::int64_t>>;
  case dtype::uint8:
    return plain1<From, std::uint8_t, converted<std::uint8_t>>;
  case dtype::uint16:
    return plain1<From, std::uint16_t, converted<std::uint16_t>>;
  case dtype::uint32:
    return plain1<From, std::uint32_t, converted<std::uint32_t>>;
  case dtype::uint64:
    return plain1<From, std::uint64_t, converted<std::uint64_t>>;
  case dtype::float32:
    return plain1<From, float, converted<float>>;
  case dtype::float64:
    return plain1<From, double, converted<double>>;
  case dtype::complex64:
    return plain1<From, parts<float>, joined<float>>;
  case dtype::complex128:
    return plain1<From, parts<double>, joined<double>>;
  }
  return nullptr;
}

} // namespace

tile_kernel find_cast(dtype in, dtype out) {
  switch (in) {
  case dtype::boolean:
    return cast_from<byte>(out);
  case dtype::int8:
    return cast_from<std::int8_t>(out);
  case dtype::int16:
    return cast_from<std::int16_t>(out);
  case dtype::int32:
    return cast_from<std::int32_t>(out);
  case dtype::int64:
    return cast_from<std::int64_t>(out);
  case dtype::uint8:
    return cast_from<std::uint8_t>(out);
  case dtype::uint16:
    return cast_from<std::uint16_t>(out);
  case dtype::uint32:
    return cast_from<std::uint32_t>(out);
  case dtype::uint64:
    return cast_from<std::uint64_t>(out);
  case dtype::float32:
    return cast_from<float>(out);
  case dtype::float64:
    return cast_from<double>(out);
  case dtype::complex64:
    return cast_from_complex<float>(out);
  case dtype::complex128:
    return cast_from_complex<double>(out);
  }
  return nullptr;
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_cast);

tile_kernel cast_kernel(dtype in, dtype out) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_cast)(in, out);
}

} // namespace tern
#endif
