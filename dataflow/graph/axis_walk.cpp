#include "dataflow/graph/axis_walk.hpp"

namespace tern {

namespace {

/// The first index in [0, n) for which `holds`; n if there is none. `holds`
/// must be false up to some index and true from there.
template <class Predicate>
std::int64_t first_where(std::int64_t n, Predicate holds) {
  std::int64_t low = 0;
  while (low < n) {
    auto middle = low + (n - low) / 2;
    if (holds(middle))
      n = middle;
    else
      low = middle + 1;
  }
  return low;
}

} // namespace

axis_walk::axis_walk(const axis_map& map, const layer& from,
                     std::size_t from_axis, const layer& to)
  : how(map.how),
    axis(map.how == axis_map::kind::first ? std::int8_t{-1} : map.axis),
    offset(map.offset), factor(map.factor), blocks(from.out[from_axis].count()),
    tasks(axis < 0 ? 1 : to.out[static_cast<std::size_t>(axis)].count()) {
  for (auto i = from_axis + 1; i < from.out.size(); ++i)
    stride *= from.out[i].count();
  if (how == axis_map::kind::overlap || how == axis_map::kind::window) {
    read = &from.out[from_axis];
    reader = &to.out[static_cast<std::size_t>(axis)];
  }
}

bool axis_walk::single() const noexcept {
  switch (how) {
  case axis_map::kind::same:
  case axis_map::kind::first:
    return true;
  case axis_map::kind::group:
    return factor == 1 || blocks == 1;
  case axis_map::kind::window:
    return false; // it may read none
  default:
    return blocks == 1;
  }
}

// A block without elements counts as one at its place, so that every task
// reads at least one block and both ends move monotonically.
block_interval axis_walk::overlapped(std::int64_t index) const noexcept {
  if (read->extent() == 0)
    return {0, 1};
  auto begin = reader->start(index);
  auto end = begin + std::max<std::int64_t>(reader->size(index), 1) - 1;
  auto block_at = [&](std::int64_t position) {
    auto element = std::clamp<std::int64_t>(offset + factor * position, 0,
                                            read->extent() - 1);
    return read->block_of(element);
  };
  auto a = block_at(begin);
  auto b = block_at(end);
  return {std::min(a, b), std::max(a, b) + 1};
}

// Where it reads nothing both ends lie where the nearest elements would be, and
// a block without elements counts as one here too: so both ends move
// monotonically.
block_interval axis_walk::windowed(std::int64_t index) const noexcept {
  const auto first = offset + reader->start(index);
  const auto last = std::min(
      first + std::max<std::int64_t>(reader->size(index), 1), read->extent());
  if (last <= 0)
    return {0, 0};
  if (first >= read->extent())
    return {blocks, blocks};
  const auto begin = read->block_of(std::max<std::int64_t>(first, 0));
  return {begin, read->block_of(last - 1) + 1};
}

block_interval axis_walk::overlapping(std::int64_t block) const noexcept {
  if (factor >= 0)
    return {
        first_where(tasks, [&](auto i) { return inputs(i).last > block; }),
        first_where(tasks, [&](auto i) { return inputs(i).first > block; })};
  return {
      first_where(tasks, [&](auto i) { return overlapped(i).first <= block; }),
      first_where(tasks, [&](auto i) { return overlapped(i).last <= block; })};
}

} // namespace tern
