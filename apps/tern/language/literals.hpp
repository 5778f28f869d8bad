#pragma once

#include "apps/tern/language/ast.hpp"

#include <string>
#include <string_view>

namespace tern::language {

/// The number that `digits` (recognised by the grammar) stands for. Throws
/// `mistake` if it does not fit: 64 bits, or the range of double.
scalar number_of(std::string_view digits, place where);

/// The characters of a string literal, quotes and escapes resolved.
std::string characters_of(std::string_view literal, place where);

} // namespace tern::language
