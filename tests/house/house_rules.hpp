#pragma once

#include "tests/house/source_tree.hpp"

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace tern::house {

/// A place that breaks a rule of the house.
struct violation {
  std::string path;
  std::size_t line = 0; ///< 0: the file as a whole
  std::string rule;     ///< what is wrong there, in words

  friend bool operator==(const violation&, const violation&) = default;
};

std::ostream& operator<<(std::ostream& out, const violation& v);

/// All violations in a tree, in order of path and rule: none in ours.
std::vector<violation> check_house(const std::vector<source_file>& tree);

} // namespace tern::house
