#include "dataflow/graph/validate.hpp"

namespace tern {

namespace {

/// The dtypes of the values a step takes, or nothing where it has fewer.
struct step_checker {
  const program& code;
  std::span<const dtype> operands;

  dtype type_of(std::size_t value) const {
    return code.steps[value].type;
  }

  bool refers_back(std::size_t i) const {
    auto& s = code.steps[i];
    auto n = arity(s.op);
    return (n < 1 || s.a < i) && (n < 2 || s.b < i) && (n < 3 || s.c < i);
  }

  /// Steps with a complex operand.
  bool complex_typed(const step& s) const {
    auto type = type_of(s.a);
    return complex_result(s.op, type) == s.type
           && (arity(s.op) == 1 || type_of(s.b) == type);
  }

  bool typed(std::size_t i) const {
    auto& s = code.steps[i];
    if (s.op != opcode::cast && s.op != opcode::select && arity(s.op) > 0
        && is_complex(type_of(s.a)))
      return complex_typed(s);
    auto alike = [&] {
      return type_of(s.a) == s.type;
    };
    auto pair = [&] {
      return type_of(s.a) == type_of(s.b);
    };
    switch (s.op) {
    case opcode::load:
      return s.a < operands.size() && operands[s.a] == s.type;
    case opcode::constant:
      return true;
    case opcode::cast:
      return can_cast(type_of(s.a), s.type);
    case opcode::add:
    case opcode::multiply:
    case opcode::minimum:
    case opcode::maximum:
    case opcode::fmin:
    case opcode::fmax:
      return alike() && pair();
    case opcode::subtract:
    case opcode::floor_divide:
    case opcode::remainder:
    case opcode::power:
    case opcode::fmod:
      return alike() && pair() && s.type != dtype::boolean;
    case opcode::divide:
    case opcode::arctan2:
    case opcode::hypot:
    case opcode::logaddexp:
    case opcode::logaddexp2:
    case opcode::copysign:
    case opcode::nextafter:
    case opcode::heaviside:
      return alike() && pair() && is_floating(s.type);
    case opcode::equal:
    case opcode::not_equal:
    case opcode::less:
    case opcode::less_equal:
    case opcode::greater:
    case opcode::greater_equal:
      return s.type == dtype::boolean && pair();
    case opcode::bit_and:
    case opcode::bit_or:
    case opcode::bit_xor:
      return alike() && pair() && !is_floating(s.type);
    case opcode::left_shift:
    case opcode::right_shift:
      return alike() && pair() && is_integer(s.type);
    case opcode::conjugate:
    case opcode::real:
    case opcode::imag:
      return false; // of real numbers
    case opcode::bit_not:
      return alike() && !is_floating(s.type);
    case opcode::select:
      return type_of(s.a) == dtype::boolean && type_of(s.b) == s.type
             && type_of(s.c) == s.type;
    case opcode::absolute:
    case opcode::square:
      return alike();
    case opcode::negative:
    case opcode::sign:
    case opcode::reciprocal:
      return alike() && s.type != dtype::boolean;
    case opcode::isnan:
    case opcode::isfinite:
    case opcode::signbit:
      return s.type == dtype::boolean && is_floating(type_of(s.a));
    default:
      return alike() && is_floating(s.type);
    }
  }
};

} // namespace

std::optional<std::string> find_fault(const program& p,
                                      std::span<const dtype> operands) {
  if (p.steps.empty())
    return "a program without steps";
  if (p.steps.size() >= 0xffff)
    return "a program of " + std::to_string(p.steps.size()) + " steps";
  step_checker checker{p, operands};
  for (std::size_t i = 0; i < p.steps.size(); ++i) {
    auto& s = p.steps[i];
    auto name = "step " + std::to_string(i);
    if (s.op > last_opcode)
      return name + " has an unknown opcode";
    name += " (" + std::string{name_of(s.op)} + ")";
    if (!is_known(s.type))
      return name + " has an unknown dtype";
    if (!checker.refers_back(i))
      return name + " uses a value that is not there yet";
    if (!checker.typed(i))
      return name + " has operands that do not fit";
  }
  return {};
}

} // namespace tern
