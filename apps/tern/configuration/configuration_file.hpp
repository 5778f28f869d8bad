#pragma once

#include "serialization/failure.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tern {

/// `key = value` in a file, with the line of its value, from 1.
struct file_entry {
  std::string key;
  std::string text; ///< as a flag would say it; lists with commas
  std::size_t line;
};

/// The entries of a TOML file (https://toml.io, 1.0) in the order of their
/// lines. Values are strings, integers and lists of them. Fails with `io` for a
/// file that cannot be read, with `malformed`, path and line for what is no
/// TOML or another kind of value.
result<std::vector<file_entry>>
read_configuration_file(const std::filesystem::path& path);

} // namespace tern
