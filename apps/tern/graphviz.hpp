#pragma once

#include "serialization/failure.hpp"

#include <filesystem>
#include <string>

namespace tern {

/// Whether `draw_dot` draws files of this name, or writes them as they are
/// (.dot, .gv). Fails with `refused`, naming what it knows.
result<void> check_picture_name(const std::filesystem::path& file);

/// Draws a graph of DOT into a new file: .svg, .png or .pdf by Graphviz'
/// program `dot`, which is run for that; .dot and .gv as it is. Fails with
/// `io`, naming the file, and with `not_found` where there is no `dot`, naming
/// the package.
result<void> draw_dot(const std::string& dot,
                      const std::filesystem::path& file);

} // namespace tern
