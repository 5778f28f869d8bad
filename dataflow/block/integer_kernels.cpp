// Arithmetic on int64 (wraps, as NumPy's) and on booleans (where NumPy allows
// it: addition is or, multiplication is and), and bitwise logic on both.

#include "dataflow/block/tile_kernels.hpp"

#include <cstdint>

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

using word = std::uint64_t; // wraps where int64 would be undefined
using number = std::int64_t;

struct sum {
  static HWY_INLINE word of(word a, word b) {
    return a + b;
  }
};
struct difference {
  static HWY_INLINE word of(word a, word b) {
    return a - b;
  }
};
struct product {
  static HWY_INLINE word of(word a, word b) {
    return a * b;
  }
};
struct negated {
  static HWY_INLINE word of(word a) {
    return 0 - a;
  }
};
struct magnitude {
  static HWY_INLINE word of(word a) {
    return (a >> 63) ? 0 - a : a;
  }
};
struct squared {
  static HWY_INLINE word of(word a) {
    return a * a;
  }
};
struct signum {
  static HWY_INLINE number of(number a) {
    return (a > 0) - (a < 0);
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
  static HWY_INLINE word of(word a) {
    return ~a;
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
  static HWY_INLINE number of(number a, number b) {
    if (b == 0)
      return 0;
    if (b == -1)
      return static_cast<number>(0 - static_cast<word>(a));
    const number q = a / b;
    return q - (a % b != 0 && (a < 0) != (b < 0));
  }
};

// Has the sign of b; by zero gives 0.
struct floor_rest {
  static HWY_INLINE number of(number a, number b) {
    if (b == 0 || b == -1)
      return 0;
    const number r = a % b;
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
};

// By squaring; a negative exponent gives the whole part of the fraction.
struct power_of {
  static HWY_INLINE number of(number base, number exponent) {
    if (exponent < 0)
      return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
    word result = 1;
    auto square = static_cast<word>(base);
    for (auto e = static_cast<word>(exponent); e != 0; e >>= 1) {
      if (e & 1)
        result *= square;
      square *= square;
    }
    return static_cast<number>(result);
  }
};

tile_kernel for_int64(opcode op) {
  switch (op) {
  case opcode::add:
    return plain2<word, word, sum>;
  case opcode::subtract:
    return plain2<word, word, difference>;
  case opcode::multiply:
    return plain2<word, word, product>;
  case opcode::floor_divide:
    return plain2<number, number, floor_quotient>;
  case opcode::remainder:
    return plain2<number, number, floor_rest>;
  case opcode::power:
    return plain2<number, number, power_of>;
  case opcode::minimum:
    return plain2<number, number, smaller>;
  case opcode::maximum:
    return plain2<number, number, larger>;
  case opcode::bit_and:
    return plain2<word, word, both>;
  case opcode::bit_or:
    return plain2<word, word, either>;
  case opcode::bit_xor:
    return plain2<word, word, one_of>;
  case opcode::bit_not:
    return plain1<word, word, complement>;
  case opcode::negative:
    return plain1<word, word, negated>;
  case opcode::absolute:
    return plain1<word, word, magnitude>;
  case opcode::sign:
    return plain1<number, number, signum>;
  case opcode::square:
    return plain1<word, word, squared>;
  case opcode::floor:
  case opcode::ceil:
  case opcode::rint:
    return plain1<word, word, same>;
  default:
    return nullptr;
  }
}

tile_kernel for_boolean(opcode op) {
  using byte = std::uint8_t;
  switch (op) {
  case opcode::add:
  case opcode::maximum:
  case opcode::bit_or:
    return plain2<byte, byte, either>;
  case opcode::multiply:
  case opcode::minimum:
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
  if (in == dtype::int64)
    return for_int64(op);
  return in == dtype::boolean ? for_boolean(op) : nullptr;
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
