// Arithmetic on integers (wraps, as NumPy's) and on booleans (where NumPy
// allows it: addition is or, multiplication is and), bitwise logic on both, and
// shifts.

#include "dataflow/block/tile_kernels.hpp"

#include <cstdint>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dataflow/block/integer_kernels.cpp"
// clang-format off
#include <hwy/foreach_target.h> // before the headers of each target
#include <hwy/highway.h>
#include "dataflow/block/vector_map.inl"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tern {
namespace HWY_NAMESPACE {
namespace {

template <class T>
using word_of = std::make_unsigned_t<T>; // wraps where T would be undefined

/// `f` on the words of a and b, at least 32 bits wide, cut to T.
template <class T, class F>
HWY_INLINE T wrapped(T a, T b, F f) {
  using wide = std::common_type_t<word_of<T>, std::uint32_t>;
  return static_cast<T>(static_cast<word_of<T>>(
      f(static_cast<wide>(static_cast<word_of<T>>(a)),
        static_cast<wide>(static_cast<word_of<T>>(b)))));
}

struct sum {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return wrapped(a, b, [](auto x, auto y) { return x + y; });
  }
};
struct difference {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return wrapped(a, b, [](auto x, auto y) { return x - y; });
  }
};
struct product {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return wrapped(a, b, [](auto x, auto y) { return x * y; });
  }
};
struct negated {
  template <class T>
  static HWY_INLINE T of(T a) {
    return difference::of(T(0), a);
  }
};
struct magnitude {
  template <class T>
  static HWY_INLINE T of(T a) {
    return a < T(0) ? negated::of(a) : a;
  }
};
struct squared {
  template <class T>
  static HWY_INLINE T of(T a) {
    return product::of(a, a);
  }
};
struct signum {
  template <class T>
  static HWY_INLINE T of(T a) {
    return static_cast<T>((a > T(0)) - (a < T(0)));
  }
};
struct smaller {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return a < b ? a : b;
  }
};
struct larger {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return a < b ? b : a;
  }
};
struct same {
  template <class T>
  static HWY_INLINE T of(T a) {
    return a;
  }
};
struct both {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return static_cast<T>(a & b);
  }
};
struct either {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return static_cast<T>(a | b);
  }
};
struct one_of {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return static_cast<T>(a ^ b);
  }
};
struct complement {
  template <class T>
  static HWY_INLINE T of(T a) {
    return static_cast<T>(~a);
  }
};
struct inverted {
  static HWY_INLINE std::uint8_t of(std::uint8_t a) {
    return a ^ 1;
  }
};

// Rounds towards minus infinity; by zero gives 0; the one quotient that is too
// large wraps.
struct floor_quotient {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    if (b == 0)
      return 0;
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(a / b);
    } else {
      if (b == -1)
        return negated::of(a);
      const auto q = a / b;
      return static_cast<T>(q - (a % b != 0 && (a < 0) != (b < 0)));
    }
  }
};

// Has the sign of b; by zero gives 0.
struct floor_rest {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    if (b == 0)
      return 0;
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(a % b);
    } else {
      if (b == -1)
        return 0;
      const auto r = static_cast<T>(a % b);
      return r != 0 && (r < 0) != (b < 0) ? static_cast<T>(r + b) : r;
    }
  }
};

// C's: has the sign of a; by zero gives 0.
struct cut_rest {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    if (b == 0)
      return 0;
    if constexpr (std::is_signed_v<T>)
      if (b == -1)
        return 0;
    return static_cast<T>(a % b);
  }
};

// The whole part of the fraction; of zero gives 0.
struct inverse {
  template <class T>
  static HWY_INLINE T of(T a) {
    return a == T(1) || (std::is_signed_v<T> && a == T(-1)) ? a : T(0);
  }
};

/// Whether a shift by b moves all bits out; a negative b does.
template <class T>
HWY_INLINE bool out_of_word(T b) {
  return static_cast<word_of<T>>(b) >= 8 * sizeof(T);
}

struct shifted_left {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    return wrapped(a, b, [&](auto x, auto y) {
      return out_of_word(b) ? decltype(x){0} : x << y;
    });
  }
};

// The sign comes in at the left.
struct shifted_right {
  template <class T>
  static HWY_INLINE T of(T a, T b) {
    if (out_of_word(b))
      return a < T(0) ? T(-1) : T(0);
    return static_cast<T>(a >> b);
  }
};

// By squaring; a negative exponent gives the whole part of the fraction.
struct power_of {
  template <class T>
  static HWY_INLINE T of(T base, T exponent) {
    if constexpr (std::is_signed_v<T>)
      if (exponent < 0)
        return base == 1 ? T(1) : base == -1 ? T(exponent & 1 ? -1 : 1) : T(0);
    T result = 1;
    auto square = base;
    for (auto e = static_cast<word_of<T>>(exponent); e != 0;
         e = static_cast<word_of<T>>(e >> 1)) {
      if (e & 1)
        result = product::of(result, square);
      square = product::of(square, square);
    }
    return result;
  }
};

template <class T>
tile_kernel for_integer(opcode op) {
  switch (op) {
  case opcode::add:
    return plain2<T, T, sum>;
  case opcode::subtract:
    return plain2<T, T, difference>;
  case opcode::multiply:
    return plain2<T, T, product>;
  case opcode::floor_divide:
    return plain2<T, T, floor_quotient>;
  case opcode::remainder:
    return plain2<T, T, floor_rest>;
  case opcode::power:
    return plain2<T, T, power_of>;
  case opcode::fmod:
    return plain2<T, T, cut_rest>;
  case opcode::left_shift:
    return plain2<T, T, shifted_left>;
  case opcode::right_shift:
    return plain2<T, T, shifted_right>;
  case opcode::minimum:
  case opcode::fmin:
    return plain2<T, T, smaller>;
  case opcode::maximum:
  case opcode::fmax:
    return plain2<T, T, larger>;
  case opcode::bit_and:
    return plain2<T, T, both>;
  case opcode::bit_or:
    return plain2<T, T, either>;
  case opcode::bit_xor:
    return plain2<T, T, one_of>;
  case opcode::bit_not:
    return plain1<T, T, complement>;
  case opcode::negative:
    return plain1<T, T, negated>;
  case opcode::absolute:
    return plain1<T, T, magnitude>;
  case opcode::sign:
    return plain1<T, T, signum>;
  case opcode::square:
    return plain1<T, T, squared>;
  case opcode::reciprocal:
    return plain1<T, T, inverse>;
  case opcode::floor:
  case opcode::ceil:
  case opcode::rint:
  case opcode::trunc:
    return plain1<T, T, same>;
  default:
    return nullptr;
  }
}

tile_kernel for_boolean(opcode op) {
  using byte = std::uint8_t;
  switch (op) {
  case opcode::add:
  case opcode::maximum:
  case opcode::fmax:
  case opcode::bit_or:
    return plain2<byte, byte, either>;
  case opcode::multiply:
  case opcode::minimum:
  case opcode::fmin:
  case opcode::bit_and:
    return plain2<byte, byte, both>;
  case opcode::bit_xor:
    return plain2<byte, byte, one_of>;
  case opcode::bit_not:
    return plain1<byte, byte, inverted>;
  case opcode::absolute:
  case opcode::square:
    return plain1<byte, byte, same>;
  default:
    return nullptr;
  }
}

} // namespace

tile_kernel find_integer(opcode op, dtype in) {
  switch (in) {
  case dtype::boolean:
    return for_boolean(op);
  case dtype::int8:
    return for_integer<std::int8_t>(op);
  case dtype::int16:
    return for_integer<std::int16_t>(op);
  case dtype::int32:
    return for_integer<std::int32_t>(op);
  case dtype::int64:
    return for_integer<std::int64_t>(op);
  case dtype::uint8:
    return for_integer<std::uint8_t>(op);
  case dtype::uint16:
    return for_integer<std::uint16_t>(op);
  case dtype::uint32:
    return for_integer<std::uint32_t>(op);
  case dtype::uint64:
    return for_integer<std::uint64_t>(op);
  default:
    return nullptr;
  }
}

} // namespace HWY_NAMESPACE
} // namespace tern
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tern {

HWY_EXPORT(find_integer);

tile_kernel integer_kernel(opcode op, dtype in) noexcept {
  return HWY_DYNAMIC_DISPATCH(find_integer)(op, in);
}

} // namespace tern
#endif
