#pragma once

#include "apps/tern/language/ast.hpp"

#include <string_view>

namespace tern::language {

/// The tree of a program. Total: any bytes give a tree or a `language_error`
/// that says what was expected and what was found.
program_tree parse(std::string_view source);

} // namespace tern::language
