#include "dataflow/array/promotion.hpp"

#include "dataflow/array/words.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <optional>
#include <type_traits>

namespace tern {

namespace {

dtype with_scalar(dtype type, const scalar& s) noexcept {
  auto kind = type_of(s);
  if (kind == dtype::boolean
      || (kind == dtype::int64 && type != dtype::boolean))
    return type; // its width does not count
  if (kind == dtype::float64 && is_inexact(type))
    return type;
  if (is_complex(kind) && is_inexact(type))
    return complex_of(type);
  return kind;
}

bool takes_floats(opcode op) {
  switch (op) {
  case opcode::arctan2:
  case opcode::hypot:
  case opcode::logaddexp:
  case opcode::logaddexp2:
  case opcode::copysign:
  case opcode::nextafter:
  case opcode::heaviside:
    return true;
  default:
    return false;
  }
}

[[noreturn]] void undefined(opcode op, dtype type) {
  throw expression_error(std::string{name_of(op)} + ": not defined for "
                         + std::string{name_of(type)});
}

} // namespace

dtype type_of(const scalar& s) noexcept {
  switch (s.index()) {
  case 0:
    return dtype::boolean;
  case 1:
    return dtype::int64;
  case 2:
    return dtype::float64;
  default:
    return dtype::complex128;
  }
}

dtype common_type(std::span<const value> operands) noexcept {
  auto type = dtype::boolean;
  for (auto& v : operands)
    if (auto* a = std::get_if<array>(&v))
      type = promote(type, a->type());
  for (auto& v : operands)
    if (auto* s = std::get_if<scalar>(&v))
      type = with_scalar(type, *s);
  return type;
}

dtype common_type(opcode op, std::span<const value> operands) noexcept {
  auto is_scalar = [](const value& v) {
    return std::holds_alternative<scalar>(v);
  };
  if (!takes_floats(op) || std::ranges::any_of(operands, is_scalar))
    return common_type(operands);
  auto type = dtype::float32;
  for (auto& v : operands)
    type = promote(type, floating(std::get<array>(v).type()));
  return type;
}

operation_types types_of(opcode op, dtype type) {
  if (is_complex(type)) {
    const auto result = complex_result(op, type);
    if (!result)
      undefined(op, type);
    return {type, *result};
  }
  auto wide = type == dtype::boolean ? dtype::int8 : type;
  switch (op) {
  case opcode::add:
  case opcode::multiply:
  case opcode::minimum:
  case opcode::maximum:
  case opcode::fmin:
  case opcode::fmax:
  case opcode::absolute:
    return {type, type};
  case opcode::subtract:
  case opcode::negative:
  case opcode::sign:
    if (type == dtype::boolean)
      undefined(op, type);
    return {type, type};
  case opcode::floor_divide:
  case opcode::remainder:
  case opcode::power:
  case opcode::square:
  case opcode::fmod:
  case opcode::reciprocal:
    return {wide, wide};
  case opcode::left_shift:
  case opcode::right_shift:
    if (is_floating(type))
      undefined(op, type);
    return {wide, wide};
  case opcode::equal:
  case opcode::not_equal:
  case opcode::less:
  case opcode::less_equal:
  case opcode::greater:
  case opcode::greater_equal:
    return {type, dtype::boolean};
  case opcode::bit_and:
  case opcode::bit_or:
  case opcode::bit_xor:
  case opcode::bit_not:
    if (is_floating(type))
      undefined(op, type);
    return {type, type};
  case opcode::conjugate:
  case opcode::real:
  case opcode::imag:
    undefined(op, type);
  case opcode::isnan:
  case opcode::isfinite:
  case opcode::signbit:
    return {floating(type), dtype::boolean};
  case opcode::divide:
    return {is_floating(type) ? type : dtype::float64,
            is_floating(type) ? type : dtype::float64};
  default:
    return {floating(type), floating(type)};
  }
}

namespace {

[[noreturn]] void does_not_fit(const scalar& s, dtype type) {
  throw expression_error("the number " + words_of(s) + " is out of bounds for "
                         + std::string{name_of(type)});
}

std::int64_t whole_number(const scalar& s, double number, dtype type) {
  if (auto* i = std::get_if<std::int64_t>(&s))
    return *i;
  if (!(std::abs(number) < 0x1p63))
    does_not_fit(s, type);
  return static_cast<std::int64_t>(number);
}

/// An int64 as the bits of an integer that holds it.
std::optional<std::uint64_t> bits_within(std::int64_t i, dtype type) {
  return dispatch_real(type, [&]<class T>(T) -> std::optional<std::uint64_t> {
    if (!std::is_integral_v<T> || (std::is_unsigned_v<T> && i < 0))
      return {};
    const auto held = static_cast<T>(i);
    if (static_cast<std::int64_t>(held) != i)
      return {};
    return static_cast<std::uint64_t>(i);
  });
}

} // namespace

void refuse_complex(std::string_view name, std::span<const scalar> numbers) {
  for (auto& s : numbers)
    if (is_complex(s))
      throw expression_error(std::string{name} + ": not defined for the number "
                             + words_of(s));
}

number_bits bits_of(const scalar& s, dtype type) {
  if (is_complex(type)) {
    const auto number = as_complex(s);
    return {std::bit_cast<std::uint64_t>(number.real()),
            std::bit_cast<std::uint64_t>(number.imag())};
  }
  if (type == dtype::boolean)
    return {as_complex(s) != 0.0};
  if (is_complex(s))
    throw expression_error("the complex number " + words_of(s) + " is no "
                           + std::string{name_of(type)});
  const auto number = as_real(s);
  if (is_floating(type))
    return {std::bit_cast<std::uint64_t>(number)};
  const auto bits = bits_within(whole_number(s, number, type), type);
  if (!bits)
    does_not_fit(s, type);
  return {*bits};
}

} // namespace tern
