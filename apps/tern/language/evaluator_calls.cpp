#include "apps/tern/language/evaluator.hpp"
#include "apps/tern/language/known_names.hpp"
#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/nearest.hpp"
#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

// Attributes and calls. `a.name` leads into a module or to what an array has;
// a call is of a function, of a method with the array as its first argument,
// or of a dtype, which converts.

namespace tern::language {
namespace {

/// A number as the dtype would hold it.
scalar converted(const scalar& x, dtype type) {
  if (is_complex(type)) {
    const auto z = as_complex(x);
    return type == dtype::complex64 ? complex_scalar(std::complex<float>(z))
                                    : complex_scalar(z);
  }
  if (type == dtype::boolean)
    return as_complex(x) != 0.0;
  if (is_complex(x))
    throw arithmetic_error(fmt::format(
        "{} takes no complex number: write real(x)", name_of(type)));
  const double number = as_real(x);
  switch (type) {
  case dtype::float32:
    return static_cast<double>(static_cast<float>(number));
  case dtype::float64:
    return number;
  default:
    if (!std::holds_alternative<double>(x))
      return calculate(unary_operator::positive, x);
    if (!(number > -0x1p63 && number < 0x1p63))
      throw arithmetic_error("the number does not fit into int64");
    return static_cast<std::int64_t>(number);
  }
}

} // namespace

program_value evaluator::of(const expression& e, const attribute_form& a) {
  return member(e, a, of(*a.object));
}

program_value evaluator::member(const expression& e, const attribute_form& a,
                                const program_value& object) {
  if (const auto* f = std::get_if<function_value>(&object)) {
    if (f->path == "dask" && a.member == "array")
      return function_value{""};
    if (auto v =
            known_name(f->path.empty() ? a.member : f->path + "." + a.member))
      return *std::move(v);
    fail_name(a.member_place,
              fmt::format("there is no '{}'{}{}", a.member,
                          f->path.empty() ? "" : " in " + f->path,
                          suggestion(a.member, known_names(f->path))));
  }
  if (const auto* number = std::get_if<scalar>(&object)) {
    if (a.member == "real")
      return real_part(*number);
    if (a.member == "imag")
      return imaginary_part(*number);
  }
  const auto* x = std::get_if<array>(&object);
  if (!x)
    fail_name(a.member_place, fmt::format("{} has no attribute '{}'",
                                          describe(object), a.member));
  std::optional<program_value> v;
  if (const auto p = located(e.where,
                             [&]() -> program_value {
                               v = array_property(*x, a.member);
                               return v.value_or(none_value{});
                             });
      v)
    return p;
  if (const auto* f = find_function(a.member); f && f->is_method)
    fail_type(e.where,
              fmt::format("'{0}' is a method: call it as .{0}(...)", a.member));
  fail_name(a.member_place,
            fmt::format("arrays have no '{}'{}", a.member,
                        find_function(a.member)
                            ? fmt::format("; write {}(...)", a.member)
                            : suggestion(a.member, array_members())));
}

std::vector<given_argument> evaluator::evaluate_arguments(const call_form& c) {
  std::vector<given_argument> given;
  for (const auto& a : c.arguments)
    given.push_back({a.keyword, a.keyword_place, of(*a.value), a.value->where});
  return given;
}

program_value evaluator::of(const expression& e, const call_form& c) {
  if (const auto* a = std::get_if<attribute_form>(&c.callee->form)) {
    auto object = of(*a->object);
    if (!std::holds_alternative<function_value>(object))
      return call_method(e, c, *a, std::move(object));
    return call_function_value(e, c, member(*c.callee, *a, object));
  }
  return call_function_value(e, c, of(*c.callee));
}

program_value evaluator::call_method(const expression& e, const call_form& c,
                                     const attribute_form& a,
                                     program_value self) {
  const auto* f = find_function(a.member);
  const bool computes = a.member == "compute"; // of any value
  if (!f || !f->is_method
      || (!computes && !std::holds_alternative<array>(self))) {
    const auto v = member(*c.callee, a, self);
    fail_type(e.where, fmt::format("{} cannot be called", describe(v)));
  }
  auto given = evaluate_arguments(c);
  given.insert(given.begin(), {"", {}, std::move(self), a.object->where});
  return located(e.where, [&] {
    return call_function(*f, std::move(given), e.where, context_);
  });
}

program_value evaluator::call_function_value(const expression& e,
                                             const call_form& c,
                                             const program_value& callee) {
  auto given = evaluate_arguments(c);
  return located(e.where, [&]() -> program_value {
    if (const auto* f = std::get_if<function_value>(&callee))
      if (const auto* known = find_function(f->path))
        return call_function(*known, std::move(given), e.where, context_);
    const auto* type = std::get_if<dtype>(&callee);
    if (!type)
      fail_type(c.callee->where,
                fmt::format("{} cannot be called", describe(callee)));
    const arguments a(name_of(*type), "x", std::move(given), e.where);
    const auto x = a.operand("x");
    if (const auto* number_x = std::get_if<scalar>(&x))
      return converted(*number_x, *type);
    return std::get<array>(x).astype(*type);
  });
}

} // namespace tern::language
