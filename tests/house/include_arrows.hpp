#pragma once

#include <string_view>

namespace tern::house {

/// The part of the house that a file belongs to, by its path from the root:
/// "dataflow/graph" for "dataflow/graph/key.hpp". Empty if to none.
std::string_view component_of(std::string_view path);

/// Whether files of the part `from` may include files of the part `to`. Every
/// part may include itself.
bool may_include(std::string_view from, std::string_view to);

} // namespace tern::house
