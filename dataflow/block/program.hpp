#pragma once

#include "dataflow/block/dtype.hpp"
#include "dataflow/block/shape.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace tern {

/// One step of an elementwise program. Numbers are part of the wire format:
/// new ones go to the end.
enum class opcode : std::uint8_t {
  load,     ///< operand a of the call
  constant, ///< `value`
  cast,     ///< a, as `type`
  // arithmetic: a and b have the step's type
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  remainder,
  power,
  minimum,
  maximum,
  arctan2,
  // comparison: a and b have one type, the step's type is boolean
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  // logic: on booleans and int64 (bitwise)
  bit_and,
  bit_or,
  bit_xor,
  bit_not,
  select, ///< a ? b : c; a is boolean
  // one operand
  negative,
  absolute,
  sign,
  square,
  sqrt,
  exp,
  expm1,
  log,
  log1p,
  log10,
  log2,
  sin,
  cos,
  tan,
  arcsin,
  arccos,
  arctan,
  sinh,
  cosh,
  tanh,
  floor,
  ceil,
  rint,
  isnan,
  isfinite,
  // two operands of the step's type
  hypot,
  logaddexp,
  logaddexp2,
  copysign,
  nextafter,
  heaviside,
  fmin, ///< as minimum, but NaN only if both are
  fmax,
  fmod, ///< the rest has the sign of a
  left_shift,
  right_shift,
  // one operand
  arcsinh,
  arccosh,
  arctanh,
  cbrt,
  exp2,
  trunc,
  reciprocal,
  signbit,
  // of complex numbers
  conjugate,
  real, ///< absolute, real and imag have the step's type for a complex operand
  imag,
};

inline constexpr opcode last_opcode = opcode::imag;

struct step {
  opcode op = opcode::load;
  dtype type = dtype::float64; ///< of the result
  std::uint16_t a = 0;         ///< step that gives the operand, or operand no.
  std::uint16_t b = 0;
  std::uint16_t c = 0;
  std::uint64_t value = 0;     ///< of a constant, as in `number_bits`
  std::uint64_t imaginary = 0; ///< likewise

  friend bool operator==(const step&, const step&) = default;
};

/// A fused elementwise computation in single assignment form: step i gives
/// value i, the last step gives the result. Operands are numbered.
struct program {
  std::vector<step> steps;

  dtype type() const noexcept {
    return steps.back().type;
  }
  friend bool operator==(const program&, const program&) = default;
};

/// A source that a task makes by itself, instead of an operand that arrives.
enum class source_kind : std::uint8_t { full, arange, random_uniform };

/// Values by global element index: the same in any block, on any node.
///
/// full: `value`. arange (one axis): start + i * delta, by a product and a sum.
/// random_uniform: Philox4x32-10 (Salmon et al., SC 2011) with key `seed` (low
/// word first) gives four words w0 to w3 for a 64-bit counter (low word first,
/// the other two words are `value`, the stream). For the global row-major index
/// g, counter g / 2 gives two doubles of [0, 1), ((w1 * 2^32 + w0) >> 11) *
/// 2^-53 for even g and the same of w3 and w2 for odd g; for float32 counter g
/// / 4 gives four, (w[g % 4] >> 8) * 2^-24.
struct source {
  source_kind kind = source_kind::full;
  dtype type = dtype::float64;
  std::uint64_t value = 0; ///< as in `step`; arange: start; or stream
  std::uint64_t delta = 0; ///< bits; for arange
  std::uint64_t seed = 0;
  shape extents;               ///< of the whole array
  std::uint64_t imaginary = 0; ///< as in `step`; for full

  friend bool operator==(const source&, const source&) = default;
};

/// NumPy's name of the operation: "add", "sqrt", ...
std::string_view name_of(opcode op) noexcept;
/// How many values it takes: 0 to 3.
int arity(opcode op) noexcept;
/// Whether it tells something about its operands: the result is boolean,
/// whatever they are.
bool gives_boolean(opcode op) noexcept;

/// The dtype that `op`, which is neither cast nor select, gives for operands of
/// the complex dtype `type`; nothing if it is not defined for complex numbers.
/// Those have no order: no comparison but for equality, no minimum, no floor.
std::optional<dtype> complex_result(opcode op, dtype type) noexcept;

/// Whether numbers of `from` can be cast to `to`: all but complex ones to what
/// would lose their imaginary part.
bool can_cast(dtype from, dtype to) noexcept;

} // namespace tern
