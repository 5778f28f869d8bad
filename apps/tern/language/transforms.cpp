#include "apps/tern/language/transforms.hpp"

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

#include <cmath>
#include <limits>

namespace tern::language {
namespace {

const scalar zero = std::int64_t{0};

const scalar* number_in(const value& v) {
  return std::get_if<scalar>(&v);
}

bool is_true(const scalar& x) {
  return as_complex(x) != 0.0;
}

/// A value as NumPy's logic sees it: what is not zero is true.
value truth(const value& v) {
  if (const auto* x = number_in(v))
    return scalar(is_true(*x));
  const auto& a = std::get<array>(v);
  return a.type() == dtype::boolean ? v : binary(opcode::not_equal, a, zero);
}

program_value logical(opcode op, const arguments& a) {
  const auto x = truth(a.operand("x1"));
  const auto y = truth(a.operand("x2"));
  if (!number_in(x) || !number_in(y))
    return binary(op, x, y);
  const auto sign = op == opcode::bit_and  ? binary_operator::bit_and
                    : op == opcode::bit_or ? binary_operator::bit_or
                                           : binary_operator::bit_xor;
  return calculate(sign, *number_in(x), *number_in(y));
}

program_value pick(opcode op, const program_value& x, const value& bound) {
  const auto* number_x = std::get_if<scalar>(&x);
  if (number_x && number_in(bound)) {
    const scalar both[] = {*number_x, *number_in(bound)};
    return calculate(op, both);
  }
  return binary(op, number_x ? value(*number_x) : value(std::get<array>(x)),
                bound);
}

array infinite(const array& x) {
  return binary(opcode::equal, unary(opcode::absolute, x),
                scalar(std::numeric_limits<double>::infinity()));
}

program_value running(reduction how, const arguments& a) {
  auto x = a.an_array("a");
  if (const auto type = a.type("dtype"))
    x = x.astype(*type);
  return x.scan(how, a.missing("axis") ? std::nullopt
                                       : std::optional(a.integer("axis")));
}

} // namespace

program_value is_infinite(const arguments& a, context&) {
  const auto x = a.operand("x");
  if (const auto* n = number_in(x)) {
    const auto z = as_complex(*n);
    return scalar(std::isinf(z.real()) || std::isinf(z.imag()));
  }
  const auto& whole = std::get<array>(x);
  if (!is_complex(whole.type()))
    return infinite(whole);
  // not by the absolute value, which may overflow
  return binary(opcode::bit_or, infinite(whole.real()), infinite(whole.imag()));
}

program_value logical_and(const arguments& a, context&) {
  return logical(opcode::bit_and, a);
}

program_value logical_or(const arguments& a, context&) {
  return logical(opcode::bit_or, a);
}

program_value logical_xor(const arguments& a, context&) {
  return logical(opcode::bit_xor, a);
}

program_value logical_not(const arguments& a, context&) {
  const auto x = truth(a.operand("x"));
  if (const auto* n = number_in(x))
    return scalar(!is_true(*n));
  return unary(opcode::bit_not, x);
}

program_value where_else(const arguments& a, context&) {
  const auto condition = truth(a.operand("condition"));
  const auto x = a.operand("x");
  const auto y = a.operand("y");
  if (number_in(condition) && number_in(x) && number_in(y))
    return is_true(*number_in(condition)) ? *number_in(x) : *number_in(y);
  return where(condition, x, y);
}

program_value clip(const arguments& a, context&) {
  const auto x = a.operand("a");
  program_value result = number_in(x) ? program_value(*number_in(x))
                                      : program_value(std::get<array>(x));
  if (!a.missing("min"))
    result = pick(opcode::maximum, result, a.operand("min"));
  if (!a.missing("max"))
    result = pick(opcode::minimum, result, a.operand("max"));
  return result;
}

program_value running_sum(const arguments& a, context&) {
  return running(reduction::sum, a);
}

program_value running_product(const arguments& a, context&) {
  return running(reduction::prod, a);
}

program_value running_known_sum(const arguments& a, context&) {
  return running(reduction::nansum, a);
}

program_value running_known_product(const arguments& a, context&) {
  return running(reduction::nanprod, a);
}

program_value transpose(const arguments& a, context&) {
  const auto x = a.an_array("a");
  const auto* axes = &a.rest();
  if (axes->empty()
      || (axes->size() == 1
          && std::holds_alternative<none_value>(axes->front())))
    return x.transpose();
  if (const auto* s = std::get_if<sequence_value>(&axes->front());
      s && axes->size() == 1)
    axes = &s->items;
  std::vector<std::int64_t> order;
  for (const auto& axis : *axes)
    if (const auto i = integer_in(axis))
      order.push_back(*i);
    else
      fail_type(a.call_place(), fmt::format("transpose(): axes are integers, "
                                            "not {}",
                                            describe(axis)));
  return x.transpose(order);
}

program_value as_type(const arguments& a, context&) {
  const auto type = a.type("dtype");
  if (!type)
    a.refuse("dtype", "a dtype");
  return a.an_array("a").astype(*type);
}

/// Everything is computed at the end, and only then.
program_value call_on_blocks(const arguments& a, context&) {
  return map_blocks(a.characters("func"), a.an_array("a"), a.type("dtype"));
}

program_value compute(const arguments& a, context&) {
  return a.any("a");
}

program_value length(const arguments& a, context&) {
  if (const auto* s = std::get_if<sequence_value>(&a.any("a")))
    return scalar(static_cast<std::int64_t>(s->items.size()));
  const auto x = a.an_array("a");
  if (x.ndim() == 0)
    a.refuse("a", "an array with axes");
  return scalar(x.shape()[0]);
}

} // namespace tern::language
