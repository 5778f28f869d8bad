#include "dataflow/io/storage_cut.hpp"

#include <algorithm>

// A block grows from one storage chunk (one element where the file has none)
// along the last axis first, so that what one task reads lies together in the
// file. Every storage chunk is then read by one task only: chunks are often
// compressed, and each reader would unpack the whole.

namespace tern {
namespace {

constexpr std::int64_t smallest = 64 << 10;
constexpr std::int64_t largest = 8 << 20;
constexpr std::int64_t blocks_aimed_at = 32;

std::int64_t wanted_elements(const shape& extents, std::int64_t bytes) {
  double total = static_cast<double>(bytes);
  for (auto extent : extents)
    total *= static_cast<double>(extent);
  const auto goal =
      std::clamp(total / blocks_aimed_at, static_cast<double>(smallest),
                 static_cast<double>(largest));
  return std::max<std::int64_t>(static_cast<std::int64_t>(goal) / bytes, 1);
}

/// A chunk over the goal is cut along its first axes; one axis may be left.
void shrink(shape& cut, std::int64_t limit) {
  for (auto& size : cut) {
    const auto rest = std::max<std::int64_t>(element_count(cut) / size, 1);
    size = std::clamp<std::int64_t>(limit / rest, 1, size);
  }
}

} // namespace

shape storage_cut(const shape& extents, std::size_t element_bytes,
                  const shape& storage) {
  const auto bytes = static_cast<std::int64_t>(element_bytes);
  shape cut = storage;
  if (cut.empty())
    cut.assign(extents.size(), 1);
  for (std::size_t axis = 0; axis < cut.size(); ++axis)
    cut[axis] = std::clamp<std::int64_t>(
        cut[axis], 1, std::max<std::int64_t>(extents[axis], 1));
  shrink(cut, largest / bytes);
  const auto goal = wanted_elements(extents, bytes);
  for (auto axis = cut.size(); axis-- > 0;) {
    const auto unit = cut[axis];
    const auto times = std::max<std::int64_t>(goal / element_count(cut), 1);
    if (times >= (extents[axis] + unit - 1) / unit) {
      cut[axis] = std::max<std::int64_t>(extents[axis], 1);
      continue;
    }
    cut[axis] = unit * times;
    break; // a further axis would not lie together any more
  }
  return cut;
}

} // namespace tern
