#include "apps/tern/print.hpp"

#include "apps/tern/language/digits.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <complex>
#include <concepts>

namespace tern {
namespace {

void append_number(std::string& out, bool x) {
  out += x ? "true" : "false";
}

template <std::integral T>
void append_number(std::string& out, T x) {
  out += std::to_string(x);
}

template <std::floating_point T>
void append_number(std::string& out, T x) {
  if (std::isnan(x))
    out += "NaN";
  else if (std::isinf(x))
    out += x > 0 ? "Infinity" : "-Infinity";
  else
    out += shortest_digits(x);
}

/// As a list of two parts: JSON has no complex numbers.
template <class T>
void append_number(std::string& out, std::complex<T> z) {
  out += '[';
  append_number(out, z.real());
  out += ", ";
  append_number(out, z.imag());
  out += ']';
}

void append_number(std::string& out, const complex_scalar& z) {
  append_number(out, z.number);
}

/// The elements of `axis` and those after it, from `position` on.
template <class T>
void append_nested(std::string& out, const block& b, std::size_t axis,
                   std::size_t& position) {
  if (axis == b.shape().size()) {
    append_number(out, b.values<T>()[position++]);
    return;
  }
  out += '[';
  for (std::int64_t i = 0; i < b.shape()[axis]; ++i) {
    if (i > 0)
      out += ", ";
    append_nested<T>(out, b, axis + 1, position);
  }
  out += ']';
}

/// Walks a value; `next` is the first result that was not used yet.
class renderer {
public:
  renderer(std::span<const block> results, bool json)
    : results_(results), json_(json) {}

  std::string operator()(none_value) {
    return json_ ? "null" : "None";
  }
  std::string operator()(const scalar& x) {
    if (!json_)
      return language::represent(x);
    std::string out;
    std::visit([&](auto number) { append_number(out, number); }, x);
    return out;
  }
  std::string operator()(const std::string& s) {
    return json_ ? quoted(s) : s;
  }
  std::string operator()(dtype type) {
    const std::string name(name_of(type));
    return json_ ? quoted(name) : name;
  }
  std::string operator()(const array& a) {
    const auto& b = results_[next_++];
    return json_ ? to_json(b) : to_text(b, a.shape());
  }
  std::string operator()(const sequence_value& s) {
    const bool brackets = json_ || s.is_list;
    std::string out = brackets ? "[" : "(";
    for (std::size_t i = 0; i < s.items.size(); ++i)
      out += (i > 0 ? ", " : "") + item(s.items[i]);
    if (s.items.size() == 1 && !brackets)
      out += ',';
    return out + (brackets ? "]" : ")");
  }
  std::string operator()(const function_value& f) {
    return json_ ? "null" : f.path;
  }
  std::string operator()(ellipsis_value) {
    return json_ ? "null" : "Ellipsis";
  }

private:
  std::string item(const program_value& v) {
    const bool bare = std::holds_alternative<std::string>(v) && !json_;
    return bare ? language::represent(v) : std::visit(*this, v);
  }
  static std::string quoted(const std::string& s) {
    return nlohmann::json(s).dump(-1, ' ', false,
                                  nlohmann::json::error_handler_t::replace);
  }

  std::span<const block> results_;
  bool json_;
  std::size_t next_ = 0;
};

} // namespace

std::string to_json(const block& b) {
  if (b.size() > most_json_elements)
    return "null";
  std::string out;
  dispatch(b.type(), [&]<class T>(T) {
    std::size_t position = 0;
    append_nested<T>(out, b, 0, position);
  });
  return out;
}

std::string to_json(const program_value& v, std::span<const block> results) {
  renderer r(results, true);
  return std::visit(r, v);
}

std::string to_text(const program_value& v, std::span<const block> results) {
  renderer r(results, false);
  return std::visit(r, v);
}

} // namespace tern
