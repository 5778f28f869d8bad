#include "apps/tern/map/draw_map.hpp"

#include "apps/tern/map/colour_map.hpp"
#include "apps/tern/map/small_font.hpp"
#include "apps/tern/map/ticks.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

// The layout, from left to right: row numbers, map, bar, the bar's numbers;
// column numbers below the map. Small maps are drawn with several pixels a
// cell.

namespace tern {

namespace {

constexpr colour paper{255, 255, 255};
constexpr colour ink{40, 40, 40};

constexpr int margin = 14;
constexpr int gap = 26;      // between map and bar
constexpr int tick_size = 6; // a short line, and as much room after it
constexpr int bar_width = 24;
constexpr int least_bar_height = 160;
constexpr int large_enough = 720; // no magnification beyond this
constexpr int room_for_a_row = 60;
constexpr int room_for_a_column = 110;

/// Where `v` lies between the ends, without overflow.
double share_of(double v, const map_grid::span& range) {
  const auto width = range.high / 2 - range.low / 2;
  return width > 0 ? (v / 2 - range.low / 2) / width : v > range.high ? 1 : 0;
}

int widest(const std::vector<tick>& list) {
  int width = 0;
  for (const auto& t : list)
    width = std::max(width, text_width(t.label));
  return width;
}

/// Index numbers of an axis of `cells`, each of `tile` elements.
std::vector<tick> index_ticks(std::int64_t cells, std::int64_t tile, int pixels,
                              int room) {
  const auto last = static_cast<double>((cells - 1) * tile);
  auto list = ticks(0, last, std::max(1, pixels / room));
  std::erase_if(list,
                [](const tick& t) { return t.value != std::floor(t.value); });
  return list;
}

/// The pixel in the middle of the cell of element `index`.
int middle(double index, std::int64_t tile, int cell) {
  const auto number = static_cast<std::int64_t>(index) / tile;
  return static_cast<int>(number) * cell + cell / 2;
}

void draw_cells(picture& on, const map_layout& at, const map_grid& grid,
                const map_grid::span& range) {
  for (std::int64_t row = 0; row < grid.rows(); ++row)
    for (std::int64_t column = 0; column < grid.columns(); ++column) {
      const auto v = grid.at(row, column);
      on.fill(at.left + static_cast<int>(column) * at.cell,
              at.top + static_cast<int>(row) * at.cell, at.cell, at.cell,
              map_colour(std::isnan(v) ? v : share_of(v, range)));
    }
}

void draw_bar(picture& on, const map_layout& at, const map_grid::span& range,
              const std::vector<tick>& numbers) {
  const auto lowest = at.top + at.bar_height - 1;
  for (int i = 0; i < at.bar_height; ++i)
    on.fill(at.bar_left, lowest - i, at.bar_width, 1,
            map_colour((i + 0.5) / at.bar_height));
  const auto right = at.bar_left + at.bar_width;
  for (const auto& t : numbers) {
    const auto y = lowest
                   - static_cast<int>(std::lround(share_of(t.value, range)
                                                  * (at.bar_height - 1)));
    on.fill(right, y, tick_size, 1, ink);
    draw_text(on, right + 2 * tick_size, y - text_height / 2, t.label, ink);
  }
}

void draw_frame(picture& on, int left, int top, int width, int height) {
  on.fill(left - 1, top - 1, width + 2, 1, ink);
  on.fill(left - 1, top + height, width + 2, 1, ink);
  on.fill(left - 1, top - 1, 1, height + 2, ink);
  on.fill(left + width, top - 1, 1, height + 2, ink);
}

void draw_row_numbers(picture& on, const map_layout& at, std::int64_t tile,
                      const std::vector<tick>& numbers) {
  for (const auto& t : numbers) {
    const auto y = at.top + middle(t.value, tile, at.cell);
    on.fill(at.left - 1 - tick_size, y, tick_size, 1, ink);
    draw_text(on, at.left - 2 * tick_size - text_width(t.label),
              y - text_height / 2, t.label, ink);
  }
}

void draw_column_numbers(picture& on, const map_layout& at, std::int64_t tile,
                         const std::vector<tick>& numbers) {
  for (const auto& t : numbers) {
    const auto x = at.left + middle(t.value, tile, at.cell);
    on.fill(x, at.top + at.height + 1, 1, tick_size, ink);
    draw_text(on, x - text_width(t.label) / 2,
              at.top + at.height + 2 * tick_size, t.label, ink);
  }
}

} // namespace

drawn_map draw_map(const map_grid& grid) {
  const auto range = grid.range();
  const auto longest = static_cast<int>(std::max(grid.rows(), grid.columns()));
  map_layout at{};
  at.cell = std::max(1, large_enough / longest);
  at.width = static_cast<int>(grid.columns()) * at.cell;
  at.height = static_cast<int>(grid.rows()) * at.cell;
  at.bar_width = bar_width;
  at.bar_height = std::max(at.height, least_bar_height);

  const auto rows =
      index_ticks(grid.rows(), grid.tile_height(), at.height, room_for_a_row);
  const auto columns = index_ticks(grid.columns(), grid.tile_width(), at.width,
                                   room_for_a_column);
  std::vector<tick> values;
  if (!std::isnan(range.low))
    values = ticks(range.low, range.high, at.bar_height / room_for_a_row);

  at.left = margin + widest(rows) + 2 * tick_size;
  at.top = margin;
  at.bar_left = at.left + at.width + gap;
  const auto width =
      at.bar_left + at.bar_width + 2 * tick_size + widest(values) + margin;
  const auto height = std::max(at.top + at.height + 2 * tick_size + text_height,
                               at.top + at.bar_height)
                      + margin;
  picture image(width, height, paper);
  draw_cells(image, at, grid, range);
  draw_frame(image, at.left, at.top, at.width, at.height);
  draw_row_numbers(image, at, grid.tile_height(), rows);
  draw_column_numbers(image, at, grid.tile_width(), columns);
  if (!values.empty()) {
    draw_bar(image, at, range, values);
    draw_frame(image, at.bar_left, at.top, at.bar_width, at.bar_height);
  }
  return {std::move(image), at};
}

} // namespace tern
