#include "dataflow/array/promotion.hpp"

#include "dataflow/array/words.hpp"

#include <bit>
#include <cmath>

namespace tern {

namespace {

dtype with_scalar(dtype type, const scalar& s) noexcept {
  auto kind = type_of(s);
  if (kind == dtype::boolean
      || (kind == dtype::int64 && type != dtype::boolean))
    return type;
  if (kind == dtype::float64 && is_floating(type))
    return type;
  return kind;
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
  default:
    return dtype::float64;
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

operation_types types_of(opcode op, dtype type) {
  auto wide = type == dtype::boolean ? dtype::int64 : type;
  switch (op) {
  case opcode::add:
  case opcode::multiply:
  case opcode::minimum:
  case opcode::maximum:
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
  case opcode::isnan:
  case opcode::isfinite:
    return {floating(type), dtype::boolean};
  default:
    return {floating(type), floating(type)};
  }
}

std::uint64_t bits_of(const scalar& s, dtype type) {
  auto number = std::visit([](auto x) { return static_cast<double>(x); }, s);
  if (is_floating(type))
    return std::bit_cast<std::uint64_t>(number);
  if (type == dtype::boolean)
    return number != 0;
  if (auto* i = std::get_if<std::int64_t>(&s))
    return static_cast<std::uint64_t>(*i);
  if (!(std::abs(number) < 0x1p63))
    throw expression_error("cannot convert " + words_of(s) + " to int64");
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(number));
}

} // namespace tern
