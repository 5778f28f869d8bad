#include "dataflow/graph/read_part.hpp"

#include "dataflow/block/kernels.hpp"
#include "dataflow/graph/axis_walk.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace tern {

namespace {

/// Along one axis: from where in the block that is read, to where in the one
/// that is made, how much.
std::array<std::int64_t, 3> part_along(const axis_chunks& own,
                                       std::int64_t own_index,
                                       const axis_chunks& read,
                                       std::int64_t read_index,
                                       std::int64_t offset) {
  const auto here = own.start(own_index);
  const auto there = read.start(read_index) - offset;
  const auto first = std::max(here, there);
  const auto last =
      std::min(here + own.size(own_index), there + read.size(read_index));
  return {first - there, first - here, last - first};
}

/// A box of blocks.
struct block_range {
  shape first;
  shape count;
};

/// The blocks that the task reads of an input.
block_range blocks_read(const edge_index& edges, const layer& reader,
                        const shape& index, const layer_input& in) {
  const auto& from = edges.at(in.from);
  block_range out;
  for (std::size_t axis = 0; axis < in.axes.size(); ++axis) {
    const axis_walk walk{in.axes[axis], from, axis, reader};
    const auto own =
        walk.axis < 0 ? 0 : index[static_cast<std::size_t>(walk.axis)];
    const auto read = walk.inputs(own);
    out.first.push_back(read.first);
    out.count.push_back(std::max<std::int64_t>(read.size(), 0));
  }
  return out;
}

} // namespace

read_part part_of(const edge_index& edges, const layer& reader,
                  const shape& index, const layer_input& in,
                  const shape& from_index) {
  const auto& from = edges.at(in.from);
  read_part p;
  for (std::size_t axis = 0; axis < from_index.size(); ++axis) {
    const auto [start, to, extent] =
        part_along(reader.out[axis], index[axis], from.out[axis],
                   from_index[axis], in.axes[axis].offset);
    p.start.push_back(start);
    p.to.push_back(to);
    p.extent.push_back(extent);
  }
  return p;
}

std::optional<read_part> part_in_slot(const edge_index& edges,
                                      const block_key& task,
                                      std::uint32_t slot) {
  if (task.layer >= edges.layers())
    return std::nullopt;
  const auto& reader = edges.at(task.layer);
  if (!std::holds_alternative<op_assemble>(reader.op) || !edges.is_needed(task))
    return std::nullopt;
  const auto index = index_of(edges.grid_of(task.layer), task.index);
  std::int64_t left = slot;
  for (const auto& in : reader.inputs) {
    const auto range = blocks_read(edges, reader, index, in);
    const auto blocks = element_count(range.count);
    if (left < blocks) {
      auto at = index_of(range.count, left);
      for (std::size_t axis = 0; axis < at.size(); ++axis)
        at[axis] += range.first[axis];
      return part_of(edges, reader, index, in, at);
    }
    left -= blocks;
  }
  return std::nullopt;
}

std::optional<std::uint64_t>
bytes_of_part(const edge_index& edges, const block_key& task,
              std::uint32_t slot, const block_key& read, std::uint64_t least) {
  const auto part = part_in_slot(edges, task, slot);
  if (!part)
    return std::nullopt;
  const auto bytes = static_cast<std::uint64_t>(element_count(part->extent))
                     * size_of(edges.at(read.layer).type);
  if (bytes < least || bytes > most_part_bytes
      || 2 * bytes > edges.block_bytes(read))
    return std::nullopt;
  return bytes;
}

block cut_out(const block& whole, const read_part& part) {
  const block_part one{whole, part.start, part.extent,
                       shape(part.extent.size(), 0)};
  return assemble(whole.type(), part.extent, std::span{&one, 1});
}

} // namespace tern
