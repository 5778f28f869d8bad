#include "apps/tern/map/picture.hpp"

#include <algorithm>

namespace tern {

picture::picture(int width, int height, colour background)
  : width_(width), height_(height), bytes_(offset(0, height)) {
  fill(0, 0, width, height, background);
}

colour picture::at(int x, int y) const noexcept {
  const auto* p = bytes_.data() + offset(x, y);
  return {p[0], p[1], p[2]};
}

void picture::fill(int x, int y, int width, int height, colour with) noexcept {
  const int right = std::min(x + width, width_);
  const int bottom = std::min(y + height, height_);
  for (int row = std::max(y, 0); row < bottom; ++row)
    for (int column = std::max(x, 0); column < right; ++column) {
      auto* p = bytes_.data() + offset(column, row);
      p[0] = with.red;
      p[1] = with.green;
      p[2] = with.blue;
    }
}

} // namespace tern
