#pragma once

#include "apps/tern/map/map_grid.hpp"
#include "apps/tern/map/picture.hpp"

namespace tern {

/// Where the parts of a drawn map are, in pixels.
struct map_layout {
  int left; ///< of the map; so are `top`, `width`, `height`
  int top;
  int width;
  int height;
  int cell; ///< pixels along a side of a cell
  int bar_left;
  int bar_width;
  int bar_height;
};

struct drawn_map {
  picture image;
  map_layout layout;
};

/// A map with its indices at the left and below, row 0 at the top, and a bar
/// that says which colour is which number: from the least to the greatest
/// finite value. Missing values are grey, infinite ones have the colours of the
/// ends.
drawn_map draw_map(const map_grid& grid);

} // namespace tern
