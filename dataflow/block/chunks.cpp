#include "dataflow/block/chunks.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>

namespace tern {

axis_chunks axis_chunks::regular(std::int64_t extent, std::int64_t size) {
  if (size < 1 || extent < 0)
    throw std::invalid_argument("chunks of " + std::to_string(size)
                                + " cannot cut an axis of "
                                + std::to_string(extent));
  axis_chunks cut;
  cut.append(extent / size, size);
  if (extent % size || extent == 0)
    cut.append(1, extent % size);
  return cut;
}

axis_chunks axis_chunks::from_sizes(std::span<const std::int64_t> sizes) {
  axis_chunks cut;
  for (auto size : sizes)
    cut.append(1, size);
  if (sizes.empty())
    cut.append(1, 0);
  return cut;
}

axis_chunks axis_chunks::ones(std::int64_t count) {
  axis_chunks cut;
  cut.append(count, 1);
  return cut;
}

void axis_chunks::append(std::int64_t count, std::int64_t size) {
  if (count < 0 || size < 0)
    throw std::invalid_argument("a chunk cannot have the size "
                                + std::to_string(size));
  if (count == 0)
    return;
  if (!runs_.empty() && runs_.back().size == size)
    runs_.back().count += count;
  else
    runs_.push_back({count, size});
  count_ += count;
  extent_ += count * size;
}

std::int64_t axis_chunks::size(std::int64_t block) const noexcept {
  assert(block >= 0 && block < count_);
  for (const auto& r : runs_) {
    if (block < r.count)
      return r.size;
    block -= r.count;
  }
  return 0;
}

std::int64_t axis_chunks::start(std::int64_t block) const noexcept {
  assert(block >= 0 && block <= count_);
  std::int64_t position = 0;
  for (const auto& r : runs_) {
    auto passed = std::min(block, r.count);
    position += passed * r.size;
    block -= passed;
    if (block == 0)
      break;
  }
  return position;
}

std::int64_t axis_chunks::block_of(std::int64_t position) const noexcept {
  assert(position >= 0 && position < extent_);
  std::int64_t first = 0;
  for (const auto& r : runs_) {
    if (position < r.count * r.size)
      return first + position / r.size;
    position -= r.count * r.size;
    first += r.count;
  }
  return first;
}

std::int64_t axis_chunks::largest() const noexcept {
  std::int64_t size = 0;
  for (const auto& r : runs_)
    size = std::max(size, r.size);
  return size;
}

shape extents(const chunks& c) {
  shape s;
  for (const auto& axis : c)
    s.push_back(axis.extent());
  return s;
}

shape grid(const chunks& c) {
  shape s;
  for (const auto& axis : c)
    s.push_back(axis.count());
  return s;
}

shape block_shape(const chunks& c, const shape& index) {
  shape s;
  for (std::size_t axis = 0; axis < c.size(); ++axis)
    s.push_back(c[axis].size(index[axis]));
  return s;
}

std::int64_t linear_of(const shape& grid, const shape& index) noexcept {
  std::int64_t linear = 0;
  for (std::size_t axis = 0; axis < grid.size(); ++axis)
    linear = linear * grid[axis] + index[axis];
  return linear;
}

shape index_of(const shape& grid, std::int64_t linear) {
  shape index(grid.size());
  for (auto axis = grid.size(); axis-- > 0;) {
    index[axis] = linear % grid[axis];
    linear /= grid[axis];
  }
  return index;
}

} // namespace tern
