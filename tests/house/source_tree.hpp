#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tern::house {

/// One `#include` of a file, as written.
struct include_line {
  std::size_t number = 0; ///< line, from 1
  std::string target;     ///< between the quotes or brackets
  bool quoted = false;    ///< "..." and not <...>
};

/// A text file of the tree, in memory: what the rules judge.
struct source_file {
  std::string path; ///< from the root, with '/'
  std::vector<std::string> lines;

  bool has_extension(std::string_view extension) const;
  bool is_header() const;
  /// Its path without the last part; "" for a file at the root.
  std::string folder() const;
  /// The last part of its path.
  std::string name() const;
  std::vector<include_line> includes() const;
};

/// Reads all files that people write: the folders of the house, and what lies
/// at the root beside them. Build trees and hidden folders are left out.
/// Throws `std::filesystem::filesystem_error` if there is no such tree.
std::vector<source_file> read_tree(const std::filesystem::path& root);

} // namespace tern::house
