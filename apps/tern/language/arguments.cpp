#include "apps/tern/language/arguments.hpp"

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/literal_arrays.hpp"
#include "apps/tern/language/nearest.hpp"
#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern::language {

arguments::arguments(std::string_view function, std::string_view signature,
                     std::vector<given_argument> given, place call)
  : function_(function), call_(call) {
  read_signature(signature);
  std::size_t next = 0;
  for (auto& argument : given)
    if (argument.keyword.empty())
      bind_positional(std::move(argument), next);
    else
      bind_keyword(std::move(argument));
  check_required();
}

void arguments::read_signature(std::string_view signature) {
  bool positional = true;
  while (!signature.empty()) {
    const auto end = std::min(signature.find(", "), signature.size());
    auto item = signature.substr(0, end);
    signature.remove_prefix(std::min(end + 2, signature.size()));
    if (item == "*") {
      positional = false;
      continue;
    }
    if (item.ends_with('*')) {
      takes_rest_ = true;
      continue;
    }
    formal p;
    p.positional = positional;
    p.required = !item.ends_with('?');
    if (!p.required)
      item.remove_suffix(1);
    const auto bar = std::min(item.find('|'), item.size());
    p.name = item.substr(0, bar);
    p.other_name = bar < item.size() ? item.substr(bar + 1) : "";
    parameters_.push_back(std::move(p));
  }
}

void arguments::bind_positional(given_argument argument, std::size_t& next) {
  if (next < parameters_.size() && parameters_[next].positional) {
    parameters_[next++].given = std::move(argument);
    return;
  }
  if (!takes_rest_)
    fail_type(argument.where,
              fmt::format("{}() takes {} positional argument{}", function_,
                          next, next == 1 ? "" : "s"));
  rest_.push_back(std::move(argument.value));
}

void arguments::bind_keyword(given_argument argument) {
  std::vector<std::string> names;
  for (auto& p : parameters_) {
    names.push_back(p.name);
    if (p.name != argument.keyword && p.other_name != argument.keyword)
      continue;
    if (p.given)
      fail_type(argument.keyword_place,
                fmt::format("{}() got '{}' twice", function_, p.name));
    p.given = std::move(argument);
    return;
  }
  fail_name(argument.keyword_place,
            fmt::format("{}() has no parameter '{}'{}", function_,
                        argument.keyword, suggestion(argument.keyword, names)));
}

void arguments::check_required() const {
  for (const auto& p : parameters_)
    if (p.required && !p.given)
      fail_type(call_, fmt::format("{}() needs '{}'", function_, p.name));
}

const arguments::formal& arguments::of(std::string_view name) const {
  return *std::find_if(parameters_.begin(), parameters_.end(),
                       [&](const auto& p) { return p.name == name; });
}

bool arguments::missing(std::string_view parameter) const {
  const auto& p = of(parameter);
  return !p.given || std::holds_alternative<none_value>(p.given->value);
}

void arguments::refuse(std::string_view parameter,
                       std::string_view wanted) const {
  const auto& given = of(parameter).given;
  fail_type(given ? given->where : call_,
            fmt::format("{}(): '{}' must be {}, not {}", function_, parameter,
                        wanted,
                        given ? describe(given->value) : "nothing at all"));
}

const program_value& arguments::any(std::string_view parameter) const {
  return of(parameter).given->value;
}

array arguments::an_array(std::string_view parameter) const {
  if (const auto* a = std::get_if<array>(&any(parameter)))
    return *a;
  if (std::holds_alternative<sequence_value>(any(parameter)))
    return literal_array(any(parameter));
  refuse(parameter, "an array");
}

value arguments::operand(std::string_view parameter) const {
  const auto& v = any(parameter);
  if (const auto* a = std::get_if<array>(&v))
    return *a;
  if (const auto* x = std::get_if<scalar>(&v))
    return *x;
  if (std::holds_alternative<sequence_value>(v))
    return literal_array(v);
  refuse(parameter, "an array or a number");
}

scalar arguments::number_at(std::string_view parameter) const {
  if (const auto* x = std::get_if<scalar>(&any(parameter)))
    return *x;
  refuse(parameter, "a number");
}

scalar arguments::real_number_at(std::string_view parameter) const {
  auto x = number_at(parameter);
  if (is_complex(x))
    refuse(parameter, "a real number");
  return x;
}

std::int64_t arguments::integer(std::string_view parameter) const {
  if (const auto i = integer_in(any(parameter)))
    return *i;
  refuse(parameter, "an integer");
}

bool arguments::flag(std::string_view parameter, bool absent) const {
  if (missing(parameter))
    return absent;
  if (const auto i = integer_in(any(parameter)); i && (*i == 0 || *i == 1))
    return *i == 1;
  refuse(parameter, "True or False");
}

double arguments::real(std::string_view parameter, double absent) const {
  return missing(parameter) ? absent : as_real(real_number_at(parameter));
}

const std::string& arguments::characters(std::string_view parameter) const {
  if (const auto* s = std::get_if<std::string>(&any(parameter)))
    return *s;
  refuse(parameter, "a string");
}

std::vector<std::int64_t>
arguments::integers(std::string_view parameter) const {
  const auto& v = any(parameter);
  if (const auto i = integer_in(v))
    return {*i};
  const auto* s = std::get_if<sequence_value>(&v);
  if (!s)
    refuse(parameter, "an integer or a tuple of integers");
  std::vector<std::int64_t> result;
  for (const auto& item : s->items)
    if (const auto i = integer_in(item))
      result.push_back(*i);
    else
      refuse(parameter, "a tuple of integers");
  return result;
}

shape arguments::extents(std::string_view parameter) const {
  const auto numbers = integers(parameter);
  std::int64_t bytes = size_of(dtype::complex128);
  if (numbers.size() > max_axes)
    refuse(parameter, fmt::format("at most {} extents", max_axes));
  for (auto n : numbers) {
    if (n < 0)
      refuse(parameter, "extents of at least 0");
    if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(n, 1), &bytes))
      fail_type(of(parameter).given->where,
                fmt::format("{}(): an array of shape {} is too large",
                            function_,
                            to_string({numbers.begin(), numbers.end()})));
  }
  return {numbers.begin(), numbers.end()};
}

std::optional<dtype> arguments::type(std::string_view parameter) const {
  if (missing(parameter))
    return {};
  if (const auto type = dtype_in(any(parameter)))
    return type;
  refuse(parameter, "a dtype (bool, int8 to int64, uint8 to uint64, float32, "
                    "float64, complex64 or complex128)");
}

/// A size for each axis; `((5, 5), (7, 3))` has 5 and 7, too.
std::vector<std::int64_t>
arguments::block_sizes(std::string_view parameter) const {
  const auto* all = std::get_if<sequence_value>(&any(parameter));
  std::vector<std::int64_t> sizes;
  for (const auto& axis : all ? all->items : std::vector<program_value>{}) {
    const auto* blocks = std::get_if<sequence_value>(&axis);
    if (!blocks)
      return integers(parameter);
    if (blocks->items.empty())
      refuse(parameter, "at least one block along each axis");
    for (const auto& block : blocks->items) {
      const auto n = integer_in(block);
      const bool last = &block == &blocks->items.back();
      const bool first = &block == &blocks->items.front();
      const bool fits =
          n && (first || *n == sizes.back() || (last && *n < sizes.back()));
      if (!fits)
        refuse(parameter, "block sizes that are equal along an axis, but for "
                          "the last");
      if (first)
        sizes.push_back(*n);
    }
  }
  return sizes.empty() ? integers(parameter) : sizes;
}

chunk_spec arguments::cut(std::string_view parameter,
                          const chunk_spec& absent) const {
  if (missing(parameter))
    return absent;
  if (const auto* s = std::get_if<std::string>(&any(parameter));
      s && *s == "auto")
    return {};
  const auto sizes = block_sizes(parameter);
  for (auto size : sizes)
    if (size == 0 || size < -1)
      refuse(parameter, "block sizes of at least 1, or -1 for a whole axis");
  return {sizes};
}

std::optional<std::vector<std::int64_t>>
arguments::axes(std::string_view parameter) const {
  if (missing(parameter))
    return {};
  return integers(parameter);
}

std::optional<std::int64_t> integer_in(const program_value& v) {
  const auto* x = std::get_if<scalar>(&v);
  if (!x || std::holds_alternative<double>(*x) || is_complex(*x))
    return {};
  const auto* flag = std::get_if<bool>(x);
  return flag ? std::int64_t{*flag} : std::get<std::int64_t>(*x);
}

std::optional<dtype> dtype_in(const program_value& v) {
  if (const auto* type = std::get_if<dtype>(&v))
    return *type;
  if (const auto* s = std::get_if<std::string>(&v))
    return dtype_named(*s);
  return {};
}

} // namespace tern::language
