#pragma once

// NumPy's rules for the dtypes of elementwise operations, the Array API's for
// Python scalars: their kind takes part, their width does not.

#include "dataflow/array/array.hpp"

#include <span>

namespace tern {

/// The dtype that a scalar takes where no array is.
dtype type_of(const scalar& s) noexcept;

/// The dtype of the operands together; scalars are weak.
dtype common_type(std::span<const value> operands) noexcept;

/// What a mathematical function computes in: floats and complex numbers as they
/// are, float32 for integers of up to 16 bits (NumPy has float16 for those of
/// 8), else float64.
constexpr dtype floating(dtype type) noexcept {
  if (is_complex(type))
    return type;
  const bool narrow = is_integer(type) && size_of(type) <= 2;
  if (type == dtype::float32 || narrow)
    return dtype::float32;
  return dtype::float64;
}

/// The common dtype of operands of `op`. Functions of floats ask for what holds
/// each operand: float32 for int8 and uint16, though int32 holds both.
dtype common_type(opcode op, std::span<const value> operands) noexcept;

/// What an operation computes in, and what it gives.
struct operation_types {
  dtype operands;
  dtype result;
};

/// For operands of the common type `type`; throws where NumPy has a
/// TypeError. Not for load, constant, cast and select.
operation_types types_of(opcode op, dtype type);

/// The bits of a scalar as a `step` or `source` of `type` holds them. Throws
/// if the number cannot be one of `type` (infinity as int64, a complex number
/// as a real one).
number_bits bits_of(const scalar& s, dtype type);

/// Throws if one of `numbers` is complex: `name` takes real ones.
void refuse_complex(std::string_view name, std::span<const scalar> numbers);

} // namespace tern
