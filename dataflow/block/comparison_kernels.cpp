// Comparisons and tests, which give booleans (bytes of 0 or 1), `select` and
// casts.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/comparison_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/vector_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

using byte = std::uint8_t; // how a boolean lies in memory

struct equal_to {
  template <class T>
  static HWY_INLINE byte of(T a, T b) {
    return a == b;
  }
};
struct other_than {
  template <class T>
  static HWY_INLINE byte of(T a, T b) {
    return a != b;
  }
};
struct less_than {
  template <class T>
  static HWY_INLINE byte of(T a, T b) {
    return a < b;
  }
};
struct at_most {
  template <class T>
  static HWY_INLINE byte of(T a, T b) {
    return a <= b;
  }
};
struct more_than {
  template <class T>
  static HWY_INLINE byte of(T a, T b) {
    return a > b;
  }
};
struct at_least {
  template <class T>
  static HWY_INLINE byte of(T a, T b) {
    return a >= b;
  }
};
struct not_a_number {
  template <class T>
  static HWY_INLINE byte of(T a) {
    return a != a;
  }
};
struct finite {
  template <class T>
  static HWY_INLINE byte of(T a) {
    return a - a == 0;
  }
};
struct always {
  template <class T>
  static HWY_INLINE byte of(T) {
    return 1;
  }
};

template <class T>
tile_kernel kernel_for(opcode op) {
  constexpr bool whole = std::is_integral_v<T>;
  switch (op) {
  case opcode::equal:
    return plain2<T, byte, equal_to>;
  case opcode::not_equal:
    return plain2<T, byte, other_than>;
  case opcode::less:
    return plain2<T, byte, less_than>;
  case opcode::less_equal:
    return plain2<T, byte, at_most>;
  case opcode::greater:
    return plain2<T, byte, more_than>;
  case opcode::greater_equal:
    return plain2<T, byte, at_least>;
  case opcode::isnan:
    return plain1<T, byte, not_a_number>;
  case opcode::isfinite:
    return plain1<T, byte, std::conditional_t<whole, always, finite>>;
  default:
    return nullptr;
  }
}

/// A value as another type, by NumPy's rules: not 0 is true (NaN too); a float
/// that fits no int64 gives the smallest one, as the instruction does.
template <class To>
struct converted {
  template <class From>
  static HWY_INLINE To of(From x) {
    if constexpr (std::is_same_v<To, byte>)
      return x != 0;
    else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>)
      return x >= From(-0x1p63) && x < From(0x1p63)
                 ? static_cast<To>(x)
                 : std::numeric_limits<To>::min();
    else
      return static_cast<To>(x);
  }
};

template <class From>
tile_kernel cast_from(dtype out) {
  switch (out) {
  case dtype::boolean:
    return plain1<From, byte, converted<byte>>;
  case dtype::int64:
    return plain1<From, std::int64_t, converted<std::int64_t>>;
  case dtype::float32:
    return plain1<From, float, converted<float>>;
  case dtype::float64:
    return plain1<From, double, converted<double>>;
  }
  return nullptr;
}

// Elements are moved as bits of their size.
template <class T>
void select_loop(const void* a, const void* b, const void* c, void* out,
                 std::size_t n) {
  const auto* HWY_RESTRICT which = static_cast<const byte*>(a);
  const auto* HWY_RESTRICT yes = static_cast<const T*>(b);
  const auto* HWY_RESTRICT no = static_cast<const T*>(c);
  auto* HWY_RESTRICT to = static_cast<T*>(out);
  for (std::size_t i = 0; i < n; ++i) {
    const T one = yes[i];
    const T other = no[i];
    to[i] = which[i] ? one : other;
  }
}

} // namespace

tile_kernel find_comparison(opcode op, dtype in) {
  switch (in) {
  case dtype::boolean:
    return kernel_for<byte>(op);
  case dtype::int64:
    return kernel_for<std::int64_t>(op);
  case dtype::float32:
    return kernel_for<float>(op);
  case dtype::float64:
    return kernel_for<double>(op);
  }
  return nullptr;
}

tile_kernel find_cast(dtype in, dtype out) {
  switch (in) {
  case dtype::boolean:
    return cast_from<byte>(out);
  case dtype::int64:
    return cast_from<std::int64_t>(out);
  case dtype::float32:
    return cast_from<float>(out);
  case dtype::float64:
    return cast_from<double>(out);
  }
  return nullptr;
}

tile_kernel find_select(dtype out) {
  switch (size_of(out)) {
  case 1:
    return select_loop<byte>;
  case 4:
    return select_loop<std::uint32_t>;
  default:
    return select_loop<std::uint64_t>;
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_comparison);
HWY_EXPORT(find_cast);
HWY_EXPORT(find_select);

tile_kernel comparison_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_comparison)(op, in);
}

tile_kernel cast_kernel(dtype in, dtype out) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_cast)(in, out);
}

tile_kernel select_kernel(dtype out) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_select)(out);
}

} // namespace tern
#endif
