// Elements picked one by one along an axis. Neighbours in the list that lie in
// one block become one block of the result; as long as these blocks follow each
// other in the array, one layer makes them all. So a mask costs a layer for
// each gap between blocks of which it picks something, whatever it picks within
// them. A list that jumps about among blocks reads all of them at once.

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <limits>

namespace tern {

namespace {

/// Beyond so many layers all blocks are read at once instead.
constexpr std::size_t most_layers = 64;
constexpr std::size_t most_words = 8;

/// Picks of blocks that follow each other: a layer.
struct piece {
  std::int64_t first_block = 0;
  axis_chunks cut; ///< one block for each block that is read
  std::vector<std::uint32_t> at;
};

std::uint32_t narrow(std::int64_t position) {
  if (position > std::numeric_limits<std::uint32_t>::max())
    throw expression_error("take: blocks of more than 2^32 elements along the "
                           "axis");
  return static_cast<std::uint32_t>(position);
}

/// Empty if there would be too many.
std::vector<piece> pieces_of(std::span<const std::int64_t> indices,
                             const axis_chunks& read) {
  std::vector<piece> out;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < indices.size();) {
    const auto b = read.block_of(indices[i]);
    const auto begin = read.start(b);
    const auto end = begin + read.size(b);
    if (out.empty() || b != last + 1) {
      if (out.size() == most_layers)
        return {};
      out.push_back({b, {}, {}});
    }
    auto& p = out.back();
    const auto from = i;
    for (; i < indices.size() && indices[i] >= begin && indices[i] < end; ++i)
      p.at.push_back(narrow(indices[i] - begin));
    p.cut.append(1, static_cast<std::int64_t>(i - from));
    last = b;
  }
  return out;
}

piece all_at_once(std::span<const std::int64_t> indices) {
  piece p;
  for (auto i : indices)
    p.at.push_back(narrow(i));
  p.cut.append(1, static_cast<std::int64_t>(indices.size()));
  return p;
}

array layer_of(const array& a, std::size_t axis, piece p, axis_map map) {
  auto cut = a.cut();
  cut[axis] = p.cut;
  check_cut("take", cut);
  auto n = make_node(op_take{static_cast<std::uint8_t>(axis), std::move(p.at)},
                     a.type(), std::move(cut), a.expression());
  n->dimensions = a.dimensions();
  auto maps = same_maps(a.ndim());
  map.axis = static_cast<std::int8_t>(axis);
  maps[axis] = map;
  add_input(*n, a.root(), std::move(maps));
  return array{std::move(n)};
}

std::vector<std::int64_t> inside(std::span<const std::int64_t> indices,
                                 std::size_t axis, std::int64_t n) {
  std::vector<std::int64_t> out;
  out.reserve(indices.size());
  for (auto i : indices) {
    if (i < -n || i >= n)
      throw expression_error(
          "take: index " + std::to_string(i) + " is out of bounds for axis "
          + std::to_string(axis) + " with size " + std::to_string(n));
    out.push_back(i < 0 ? i + n : i);
  }
  return out;
}

std::string words_for(const array& a, std::span<const std::int64_t> indices) {
  const auto shown = indices.first(std::min(indices.size(), most_words));
  return shortened("take(" + a.expression() + ", " + words_of(shown)
                   + (shown.size() < indices.size() ? " ..." : "") + ")");
}

} // namespace

array take(const array& a, std::span<const std::int64_t> indices,
           std::int64_t axis) {
  const auto along = checked_axis("take", axis, a.ndim());
  const auto at = inside(indices, along, a.shape()[along]);
  if (at.empty()) {
    std::vector<index_item> items(a.ndim(), index_slice{});
    items[along] = index_slice{0, 0, {}};
    return a[items];
  }
  std::vector<array> parts;
  for (auto& p : pieces_of(at, a.cut()[along])) {
    const axis_map map{.offset = p.first_block};
    parts.push_back(layer_of(a, along, std::move(p), map));
  }
  if (parts.empty())
    parts.push_back(layer_of(
        a, along, all_at_once(at),
        {.how = axis_map::kind::group, .factor = a.cut()[along].count()}));
  return concatenate(parts, static_cast<std::int64_t>(along))
      .named(words_for(a, indices));
}

} // namespace tern
