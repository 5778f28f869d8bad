// Comparisons and tests, which give booleans (bytes of 0 or 1), and `select`.

#include "dataflow/block/tile_kernels.hpp"

#include <cmath>
#include <cstdint>
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
struct marked_negative {
  template <class T>
  static HWY_INLINE byte of(T a) {
    if constexpr (std::is_integral_v<T>)
      return a < T(0);
    else
      return std::signbit(a);
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
  case opcode::signbit:
    return plain1<T, byte, marked_negative>;
  default:
    return nullptr;
  }
}

// Elements are moved as bits of their size.

struct word_pair {
  std::uint64_t words[2];
};

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
  case dtype::int8:
    return kernel_for<std::int8_t>(op);
  case dtype::int16:
    return kernel_for<std::int16_t>(op);
  case dtype::int32:
    return kernel_for<std::int32_t>(op);
  case dtype::int64:
    return kernel_for<std::int64_t>(op);
  case dtype::uint8:
    return kernel_for<std::uint8_t>(op);
  case dtype::uint16:
    return kernel_for<std::uint16_t>(op);
  case dtype::uint32:
    return kernel_for<std::uint32_t>(op);
  case dtype::uint64:
    return kernel_for<std::uint64_t>(op);
  case dtype::float32:
    return kernel_for<float>(op);
  case dtype::float64:
    return kernel_for<double>(op);
  default:
    return nullptr;
  }
}

tile_kernel find_select(dtype out) {
  switch (size_of(out)) {
  case 1:
    return select_loop<byte>;
  case 2:
    return select_loop<std::uint16_t>;
  case 4:
    return select_loop<std::uint32_t>;
  case 16:
    return select_loop<word_pair>;
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
HWY_EXPORT(find_select);

tile_kernel comparison_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_comparison)(op, in);
}

tile_kernel select_kernel(dtype out) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_select)(out);
}

} // namespace tern
#endif
