#include "dataflow/block/kernels.hpp"

#include <cstring>
#include <stdexcept>

namespace tern {

namespace {

bool is_inside(const shape& start, const shape& extent, const shape& whole) {
  if (start.size() != whole.size() || extent.size() != whole.size())
    return false;
  for (std::size_t axis = 0; axis < whole.size(); ++axis)
    if (start[axis] < 0 || extent[axis] < 0
        || extent[axis] > whole[axis] - start[axis])
      return false;
  return true;
}

/// The first of the last axes along which the box is all of both blocks: from
/// the one before it on, elements lie together in both.
std::size_t first_whole_axis(const block_part& p, const shape& s) {
  auto axis = s.size();
  while (axis > 0 && p.extent[axis - 1] == s[axis - 1]
         && p.extent[axis - 1] == p.from.shape()[axis - 1])
    --axis;
  return axis;
}

std::int64_t position(const shape& whole, const shape& start,
                      const shape& index) {
  std::int64_t at = 0;
  for (std::size_t axis = 0; axis < whole.size(); ++axis)
    at = at * whole[axis] + start[axis] + index[axis];
  return at;
}

/// Copies runs of elements that lie together, one after the other.
void copy_part(const block_part& p, const shape& s, std::size_t width,
               std::byte* out) {
  const auto whole = first_whole_axis(p, s);
  const auto outer = whole > 0 ? whole - 1 : 0;
  std::int64_t run = 1;
  for (auto axis = outer; axis < s.size(); ++axis)
    run *= p.extent[axis];
  const auto bytes = static_cast<std::size_t>(run) * width;
  shape index(s.size(), 0);
  for (;;) {
    std::memcpy(
        out + static_cast<std::size_t>(position(s, p.to, index)) * width,
        p.from.data()
            + static_cast<std::size_t>(position(p.from.shape(), p.start, index))
                  * width,
        bytes);
    auto axis = outer;
    while (axis > 0 && ++index[axis - 1] == p.extent[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}

} // namespace

block assemble(dtype type, const shape& s, std::span<const block_part> parts) {
  block_builder out(type, s);
  for (auto& p : parts) {
    if (p.from.type() != type || !is_inside(p.start, p.extent, p.from.shape())
        || !is_inside(p.to, p.extent, s))
      throw std::invalid_argument(
          "a part of a block of shape " + to_string(p.from.shape())
          + " does not fit a block of shape " + to_string(s));
    if (element_count(p.extent) > 0)
      copy_part(p, s, size_of(type), out.data());
  }
  return out.finish();
}

} // namespace tern
