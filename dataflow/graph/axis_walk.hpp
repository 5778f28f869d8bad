#pragma once

#include "dataflow/graph/layer.hpp"

#include <algorithm>
#include <cstdint>

namespace tern {

/// Blocks [first, last) along one axis.
struct block_interval {
  std::int64_t first;
  std::int64_t last;

  std::int64_t size() const noexcept {
    return last - first;
  }
  friend bool operator==(const block_interval&,
                         const block_interval&) = default;
};

inline block_interval meet(block_interval a, block_interval b) noexcept {
  return {std::max(a.first, b.first), std::min(a.last, b.last)};
}

/// An `axis_map` made ready for use: what it needs of the two grids is beside
/// it, so that neither direction looks anything up. Only `overlap` looks at
/// chunks (as does `window`), by binary search over the monotone ends of its
/// intervals.
struct axis_walk {
  axis_map::kind how = axis_map::kind::same;
  std::int8_t axis = 0; ///< of the reader's grid, -1: none
  std::int64_t offset = 0;
  std::int64_t factor = 1;
  std::int64_t blocks = 1;           ///< of the axis that is read
  std::int64_t tasks = 1;            ///< of the reader's axis
  std::int64_t stride = 1;           ///< of the axis that is read, in its grid
  const axis_chunks* read = nullptr; ///< for overlap and window
  const axis_chunks* reader = nullptr; ///< for overlap and window

  axis_walk() = default;
  /// `from` and `to` must outlive the walk.
  axis_walk(const axis_map& map, const layer& from, std::size_t from_axis,
            const layer& to);

  /// True if every task reads exactly one block along this axis.
  bool single() const noexcept;

  /// The blocks that the task at `index` (along `axis`) reads.
  block_interval inputs(std::int64_t index) const noexcept {
    switch (how) {
    case axis_map::kind::same:
      return {index + offset, index + offset + 1};
    case axis_map::kind::first:
      return {0, 1};
    case axis_map::kind::group:
      return {index * factor, std::min((index + 1) * factor, blocks)};
    case axis_map::kind::window:
      return windowed(index);
    default:
      return overlapped(index);
    }
  }

  /// The tasks (along `axis`) that read `block`. Without an axis: [0, 1) if
  /// the block is read.
  block_interval readers(std::int64_t block) const noexcept {
    switch (how) {
    case axis_map::kind::same:
      return meet({block - offset, block - offset + 1}, {0, tasks});
    case axis_map::kind::first:
      return {0, block == 0 ? tasks : 0};
    case axis_map::kind::group:
      return meet({block / factor, block / factor + 1}, {0, tasks});
    default:
      return overlapping(block);
    }
  }

private:
  block_interval windowed(std::int64_t index) const noexcept;
  block_interval overlapped(std::int64_t index) const noexcept;
  block_interval overlapping(std::int64_t block) const noexcept;
};

} // namespace tern
