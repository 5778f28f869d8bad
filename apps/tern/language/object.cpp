#include "apps/tern/language/object.hpp"

#include "apps/tern/language/scalar_math.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {
namespace {

void collect_arrays(const program_value& v, std::vector<array>& arrays) {
  if (const auto* a = std::get_if<array>(&v))
    arrays.push_back(*a);
  if (const auto* s = std::get_if<sequence_value>(&v))
    for (const auto& item : s->items)
      collect_arrays(item, arrays);
}

} // namespace

std::vector<array> arrays_in(const program_value& v) {
  std::vector<array> arrays;
  collect_arrays(v, arrays);
  return arrays;
}

namespace language {
namespace {

std::string quoted(const std::string& s) {
  std::string result = "'";
  for (char c : s)
    switch (c) {
    case '\n':
      result += "\\n";
      break;
    case '\'':
    case '\\':
      result += '\\';
      [[fallthrough]];
    default:
      result += c;
    }
  return result + "'";
}

std::string represent_items(const sequence_value& s) {
  std::string result = s.is_list ? "[" : "(";
  for (std::size_t i = 0; i < s.items.size(); ++i)
    result += (i > 0 ? ", " : "") + represent(s.items[i]);
  if (s.items.size() == 1 && !s.is_list)
    result += ",";
  return result + (s.is_list ? "]" : ")");
}

struct describer {
  std::string operator()(none_value) const {
    return "None";
  }
  std::string operator()(const scalar& x) const {
    return "the number " + represent(x);
  }
  std::string operator()(const std::string& s) const {
    return "the string " + quoted(s);
  }
  std::string operator()(dtype type) const {
    return fmt::format("the dtype {}", name_of(type));
  }
  std::string operator()(const array& a) const {
    return fmt::format("an array of {} {}", name_of(a.type()),
                       to_string(a.shape()));
  }
  std::string operator()(const sequence_value& s) const {
    return s.is_list ? "a list" : "a tuple";
  }
  std::string operator()(const function_value& f) const {
    return f.path.empty() ? "a module" : "the function " + f.path;
  }
  std::string operator()(ellipsis_value) const {
    return "an ellipsis";
  }
};

} // namespace

std::string describe(const program_value& v) {
  return std::visit(describer{}, v);
}

std::string represent(const program_value& v) {
  if (const auto* x = std::get_if<scalar>(&v))
    return represent_scalar(*x);
  if (const auto* s = std::get_if<std::string>(&v))
    return quoted(*s);
  if (const auto* type = std::get_if<dtype>(&v))
    return fmt::format("dtype('{}')", name_of(*type));
  if (const auto* s = std::get_if<sequence_value>(&v))
    return represent_items(*s);
  if (const auto* a = std::get_if<array>(&v))
    return fmt::format("array<{}, shape={}, dtype={}>", a->expression(),
                       to_string(a->shape()), name_of(a->type()));
  if (std::holds_alternative<ellipsis_value>(v))
    return "Ellipsis";
  return describe(v);
}

bool same(const program_value& a, const program_value& b) {
  if (a.index() != b.index())
    return false;
  if (const auto* x = std::get_if<scalar>(&a))
    return as_complex(*x) == as_complex(std::get<scalar>(b));
  if (const auto* s = std::get_if<std::string>(&a))
    return *s == std::get<std::string>(b);
  if (const auto* type = std::get_if<dtype>(&a))
    return *type == std::get<dtype>(b);
  if (const auto* s = std::get_if<sequence_value>(&a)) {
    const auto& t = std::get<sequence_value>(b);
    return s->is_list == t.is_list
           && std::equal(s->items.begin(), s->items.end(), t.items.begin(),
                         t.items.end(), same);
  }
  return std::holds_alternative<none_value>(a);
}

} // namespace language
} // namespace tern
