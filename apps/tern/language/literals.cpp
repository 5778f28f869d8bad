#include "apps/tern/language/literals.hpp"

#include "apps/tern/language/language_error.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace tern::language {
namespace {

char escaped(char c, place where) {
  switch (c) {
  case 'n':
    return '\n';
  case 't':
    return '\t';
  case '\\':
  case '\'':
  case '"':
    return c;
  default:
    fail_syntax(where, std::string("unknown escape \\") + c
                           + " in a string: there are \\n \\t \\\\ \\' \\\"");
  }
}

} // namespace

scalar number_of(std::string_view digits, place where) {
  std::string plain(digits);
  std::erase(plain, '_');
  const bool imaginary = plain.ends_with('j') || plain.ends_with('J');
  if (imaginary)
    plain.pop_back();
  const auto* first = plain.data();
  const auto* last = first + plain.size();
  if (!imaginary && plain.find_first_of(".eE") == std::string::npos) {
    if (plain.size() > 1 && plain[0] == '0'
        && plain.find_first_not_of('0') != std::string::npos)
      fail_syntax(where, "an integer does not begin with 0");
    std::int64_t value = 0;
    if (std::from_chars(first, last, value).ec != std::errc{})
      fail_syntax(where, "this integer does not fit into 64 bits");
    return value;
  }
  double value = 0;
  const auto error = std::from_chars(first, last, value).ec;
  const bool tiny = plain.find("e-") != std::string::npos
                    || plain.find("E-") != std::string::npos;
  if (error == std::errc::result_out_of_range && !tiny) // tiny: 0, as in Python
    fail_syntax(where, "this number is out of the range of float64");
  if (imaginary)
    return complex_scalar(std::complex(0.0, value));
  return value;
}

std::string characters_of(std::string_view literal, place where) {
  std::string result;
  for (std::size_t i = 1; i + 1 < literal.size(); ++i)
    result += literal[i] == '\\' ? escaped(literal[++i], where) : literal[i];
  return result;
}

} // namespace tern::language
