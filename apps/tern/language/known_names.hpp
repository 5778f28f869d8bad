#pragma once

#include "apps/tern/language/object.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Names that a program finds without defining them. Variables and modules are
// the evaluator's.

namespace tern::language {

/// A constant or function by its path from the module of all names: "pi",
/// "random.random".
std::optional<program_value> known_name(const std::string& path);

/// The names in a module; "" for that of all names.
std::vector<std::string> known_names(const std::string& module);

/// An attribute of an array that is no method: `T`, `shape`, ...
std::optional<program_value> array_property(const array& a,
                                            std::string_view name);

/// Attributes and methods.
std::vector<std::string> array_members();

} // namespace tern::language
