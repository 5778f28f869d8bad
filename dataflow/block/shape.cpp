#include "dataflow/block/shape.hpp"

namespace tern {

std::string to_string(const shape& s) {
  std::string text = "(";
  for (std::size_t axis = 0; axis < s.size(); ++axis) {
    if (axis)
      text += ", ";
    text += std::to_string(s[axis]);
  }
  return text + (s.size() == 1 ? ",)" : ")");
}

} // namespace tern
