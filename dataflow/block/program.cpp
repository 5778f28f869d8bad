#include "dataflow/block/program.hpp"

#include <array>

namespace tern {

namespace {

struct entry {
  std::string_view name;
  int arity;
};

// In the order of the enumerators.
constexpr auto entries = std::to_array<entry>({
    {"load", 0},          {"constant", 0},     {"astype", 1},
    {"add", 2},           {"subtract", 2},     {"multiply", 2},
    {"divide", 2},        {"floor_divide", 2}, {"remainder", 2},
    {"power", 2},         {"minimum", 2},      {"maximum", 2},
    {"arctan2", 2},       {"equal", 2},        {"not_equal", 2},
    {"less", 2},          {"less_equal", 2},   {"greater", 2},
    {"greater_equal", 2}, {"bitwise_and", 2},  {"bitwise_or", 2},
    {"bitwise_xor", 2},   {"invert", 1},       {"where", 3},
    {"negative", 1},      {"absolute", 1},     {"sign", 1},
    {"square", 1},        {"sqrt", 1},         {"exp", 1},
    {"expm1", 1},         {"log", 1},          {"log1p", 1},
    {"log10", 1},         {"log2", 1},         {"sin", 1},
    {"cos", 1},           {"tan", 1},          {"arcsin", 1},
    {"arccos", 1},        {"arctan", 1},       {"sinh", 1},
    {"cosh", 1},          {"tanh", 1},         {"floor", 1},
    {"ceil", 1},          {"rint", 1},         {"isnan", 1},
    {"isfinite", 1},      {"hypot", 2},        {"logaddexp", 2},
    {"logaddexp2", 2},    {"copysign", 2},     {"nextafter", 2},
    {"heaviside", 2},     {"fmin", 2},         {"fmax", 2},
    {"fmod", 2},          {"left_shift", 2},   {"right_shift", 2},
    {"arcsinh", 1},       {"arccosh", 1},      {"arctanh", 1},
    {"cbrt", 1},          {"exp2", 1},         {"trunc", 1},
    {"reciprocal", 1},    {"signbit", 1},      {"conjugate", 1},
    {"real", 1},          {"imag", 1},
});
static_assert(entries.size() == static_cast<std::size_t>(last_opcode) + 1);

} // namespace

std::string_view name_of(opcode op) noexcept {
  auto i = static_cast<std::size_t>(op);
  return i < entries.size() ? entries[i].name : "unknown";
}

int arity(opcode op) noexcept {
  auto i = static_cast<std::size_t>(op);
  return i < entries.size() ? entries[i].arity : 0;
}

bool gives_boolean(opcode op) noexcept {
  return (op >= opcode::equal && op <= opcode::greater_equal)
         || op == opcode::isnan || op == opcode::isfinite
         || op == opcode::signbit;
}

std::optional<dtype> complex_result(opcode op, dtype type) noexcept {
  switch (op) {
  case opcode::add:
  case opcode::subtract:
  case opcode::multiply:
  case opcode::divide:
  case opcode::power:
  case opcode::negative:
  case opcode::square:
  case opcode::reciprocal:
  case opcode::rint:
  case opcode::conjugate:
  case opcode::sqrt:
  case opcode::exp:
  case opcode::exp2:
  case opcode::expm1:
  case opcode::log:
  case opcode::log1p:
  case opcode::log10:
  case opcode::log2:
  case opcode::sin:
  case opcode::cos:
  case opcode::tan:
  case opcode::sinh:
  case opcode::cosh:
  case opcode::tanh:
  case opcode::arcsin:
  case opcode::arccos:
  case opcode::arctan:
  case opcode::arcsinh:
  case opcode::arccosh:
  case opcode::arctanh:
    return type;
  case opcode::absolute:
  case opcode::real:
  case opcode::imag:
    return real_of(type);
  case opcode::equal:
  case opcode::not_equal:
  case opcode::isnan:
  case opcode::isfinite:
    return dtype::boolean;
  default:
    return {};
  }
}

bool can_cast(dtype from, dtype to) noexcept {
  return !is_complex(from) || is_complex(to) || to == dtype::boolean;
}

} // namespace tern
