#include "dataflow/array/words.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <complex>

namespace tern {

namespace {

constexpr std::size_t most_words = 200;

std::string_view sign_of(opcode op) {
  switch (op) {
  case opcode::add:
    return "+";
  case opcode::subtract:
    return "-";
  case opcode::multiply:
    return "*";
  case opcode::divide:
    return "/";
  case opcode::floor_divide:
    return "//";
  case opcode::remainder:
    return "%";
  case opcode::power:
    return "**";
  case opcode::equal:
    return "==";
  case opcode::not_equal:
    return "!=";
  case opcode::less:
    return "<";
  case opcode::less_equal:
    return "<=";
  case opcode::greater:
    return ">";
  case opcode::greater_equal:
    return ">=";
  case opcode::bit_and:
    return "&";
  case opcode::bit_or:
    return "|";
  case opcode::bit_xor:
    return "^";
  default:
    return {};
  }
}

std::string words_of(double number) {
  if (std::isnan(number))
    return "nan";
  if (std::isinf(number))
    return number < 0 ? "-inf" : "inf";
  std::array<char, 32> text;
  auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  std::string words{text.data(), end};
  if (words.find_first_of(".e") == std::string::npos)
    words += ".0";
  return words;
}

/// As Python prints it: `2j`, `(1.5-2j)`.
std::string words_of(std::complex<double> number) {
  auto part = [](double x) {
    auto words = words_of(x);
    return words.ends_with(".0") ? words.substr(0, words.size() - 2) : words;
  };
  const auto imaginary = part(number.imag()) + "j";
  if (number.real() == 0 && !std::signbit(number.real()))
    return imaginary;
  const bool has_sign = imaginary.starts_with('-');
  return "(" + part(number.real()) + (has_sign ? "" : "+") + imaginary + ")";
}

std::string words_of(const axis_chunks& axis) {
  constexpr std::int64_t most = 6;
  std::string words = "(";
  for (std::int64_t i = 0; i < axis.count(); ++i) {
    if (axis.count() > most && i == most - 2) {
      words += ", ...";
      i = axis.count() - 1;
    }
    words += (i ? ", " : "") + std::to_string(axis.size(i));
  }
  return words + (axis.count() == 1 ? ",)" : ")");
}

} // namespace

std::string shortened(std::string words) {
  if (words.size() > most_words) {
    auto cut = most_words - 3;
    while (cut > 0 && (words[cut] & 0xc0) == 0x80)
      --cut; // not inside a character of several bytes
    words.resize(cut);
    words += "...";
  }
  return words;
}

std::string words_of(const scalar& s) {
  if (auto* b = std::get_if<bool>(&s))
    return *b ? "True" : "False";
  if (auto* i = std::get_if<std::int64_t>(&s))
    return std::to_string(*i);
  if (is_complex(s))
    return words_of(as_complex(s));
  return words_of(as_real(s));
}

std::string words_of(const value& v) {
  if (auto* s = std::get_if<scalar>(&v))
    return words_of(*s);
  return std::get<array>(v).expression();
}

std::string words_of(opcode op, std::span<const value> operands) {
  auto sign = sign_of(op);
  if (!sign.empty())
    return "(" + words_of(operands[0]) + " " + std::string{sign} + " "
           + words_of(operands[1]) + ")";
  if (op == opcode::negative || op == opcode::bit_not)
    return (op == opcode::negative ? "-" : "~") + words_of(operands[0]);
  auto words = std::string{name_of(op)} + "(";
  for (std::size_t i = 0; i < operands.size(); ++i)
    words += (i ? ", " : "") + words_of(operands[i]);
  return words + ")";
}

std::string_view name_of(reduction how) noexcept {
  constexpr auto names = std::to_array<std::string_view>(
      {"sum",     "mean",          "min",    "max",    "nanmean",   "nansum",
       "std",     "var",           "prod",   "any",    "all",       "nanmin",
       "nanmax",  "count_nonzero", "argmin", "argmax", "nanargmin", "nanargmax",
       "nanprod", "nanstd",        "nanvar"});
  auto i = static_cast<std::size_t>(how);
  return i < names.size() ? names[i] : "unknown";
}

std::string words_of(const chunks& cut) {
  std::string words = "(";
  for (std::size_t i = 0; i < cut.size(); ++i)
    words += (i ? ", " : "") + words_of(cut[i]);
  return words + (cut.size() == 1 ? ",)" : ")");
}

std::string words_of(std::span<const std::int64_t> numbers) {
  std::string words = "(";
  for (std::size_t i = 0; i < numbers.size(); ++i)
    words += (i ? ", " : "") + std::to_string(numbers[i]);
  return words + (numbers.size() == 1 ? ",)" : ")");
}

} // namespace tern
