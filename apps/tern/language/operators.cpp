#include "apps/tern/language/ast.hpp"

#include <array>

namespace tern::language {
namespace {

constexpr std::array<std::string_view, 17> signs = {
    "+", "-", "*",  "/",  "//", "%",  "**", "@", "&",
    "|", "^", "==", "!=", "<",  "<=", ">",  ">="};

} // namespace

std::string_view sign_of(binary_operator op) noexcept {
  return signs[static_cast<std::size_t>(op)];
}

std::optional<binary_operator> operator_of(std::string_view sign) noexcept {
  for (std::size_t i = 0; i < signs.size(); ++i)
    if (signs[i] == sign)
      return static_cast<binary_operator>(i);
  return {};
}

bool is_comparison(binary_operator op) noexcept {
  return op >= binary_operator::equal;
}

} // namespace tern::language
