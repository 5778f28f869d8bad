#pragma once

#include "dataflow/block/block.hpp"

#include <cstdint>
#include <vector>

namespace tern {

/// The cells of a map: those of a 2-d array or, where it has more than 2000 a
/// side, the means of tiles of it, missing values (NaN) left out. A tile is as
/// high as it is wide unless an axis would be left with fewer than 200 cells.
class map_grid {
public:
  static constexpr std::int64_t most_cells = 2000; ///< along an axis

  /// `extents` has two axes, at least one element along each.
  explicit map_grid(const shape& extents);

  std::int64_t rows() const noexcept {
    return rows_;
  }
  std::int64_t columns() const noexcept {
    return columns_;
  }
  /// Elements of the array along a side of a tile.
  std::int64_t tile_height() const noexcept {
    return tile_height_;
  }
  std::int64_t tile_width() const noexcept {
    return tile_width_;
  }

  /// A block of real numbers or booleans whose first element is at `start`;
  /// each element once.
  void add(const shape& start, const block& data);

  /// The mean of a cell; NaN where nothing but missing values came.
  double at(std::int64_t row, std::int64_t column) const noexcept;

  /// The least and the greatest finite cell; NaN both if there is none.
  struct span {
    double low;
    double high;
  };
  span range() const noexcept;

private:
  struct cell {
    double sum = 0;
    std::uint64_t count = 0;
  };

  std::int64_t tile_height_;
  std::int64_t tile_width_;
  std::int64_t rows_;
  std::int64_t columns_;
  std::vector<cell> cells_;
};

} // namespace tern
