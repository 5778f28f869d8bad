#include "apps/tern/map/map_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

namespace tern {

namespace {

constexpr std::int64_t least_cells = 200;

std::int64_t divide_up(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

std::int64_t tile_side(std::int64_t extent, std::int64_t longest) {
  const auto shared = divide_up(longest, map_grid::most_cells);
  return std::min(shared, std::max<std::int64_t>(1, extent / least_cells));
}

} // namespace

map_grid::map_grid(const shape& extents)
  : tile_height_(tile_side(extents[0], std::max(extents[0], extents[1]))),
    tile_width_(tile_side(extents[1], std::max(extents[0], extents[1]))),
    rows_(divide_up(extents[0], tile_height_)),
    columns_(divide_up(extents[1], tile_width_)),
    cells_(static_cast<std::size_t>(rows_ * columns_)) {}

void map_grid::add(const shape& start, const block& data) {
  const auto width = data.shape()[1];
  dispatch(data.type(), [&]<class T>(T) {
    if constexpr (std::is_arithmetic_v<T>) {
      const auto values = data.values<T>();
      for (std::int64_t i = 0; i < data.size(); ++i) {
        const auto v = static_cast<double>(values[static_cast<std::size_t>(i)]);
        if (std::isnan(v))
          continue;
        const auto row = (start[0] + i / width) / tile_height_;
        const auto column = (start[1] + i % width) / tile_width_;
        auto& to = cells_[static_cast<std::size_t>(row * columns_ + column)];
        to.sum += v;
        ++to.count;
      }
    }
  });
}

double map_grid::at(std::int64_t row, std::int64_t column) const noexcept {
  const auto& c = cells_[static_cast<std::size_t>(row * columns_ + column)];
  return c.count == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : c.sum / static_cast<double>(c.count);
}

map_grid::span map_grid::range() const noexcept {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  span s{nan, nan};
  for (std::int64_t row = 0; row < rows_; ++row)
    for (std::int64_t column = 0; column < columns_; ++column)
      if (const auto v = at(row, column); std::isfinite(v)) {
        s.low = std::fmin(s.low, v);
        s.high = std::fmax(s.high, v);
      }
  return s;
}

} // namespace tern
