#pragma once

#include "dataflow/block/block.hpp"
#include "dataflow/graph/graph.hpp"

#include <optional>

namespace tern {

/// The box of a block that a task reads, and where it belongs in the block that
/// the task makes.
struct read_part {
  shape start;  ///< first element of the box in the block that is read
  shape extent; ///< of the box
  shape to;     ///< first element in the block that is made
};

/// What the task at `index` of the layer `reader`, which is one of those that
/// put blocks together (`op_assemble`), reads of the block at `from_index`
/// through one of its inputs.
read_part part_of(const edge_index& edges, const layer& reader,
                  const shape& index, const layer_input& in,
                  const shape& from_index);

/// The same by slot; nothing where the task may read all of the block, or has
/// no such slot. Linear in the inputs of the layer.
std::optional<read_part> part_in_slot(const edge_index& edges,
                                      const block_key& task,
                                      std::uint32_t slot);

/// From so many bytes on a part is worth a message of its own, and up to so
/// many one is cut out at once.
inline constexpr std::uint64_t least_part_bytes = std::uint64_t{64} << 10;
inline constexpr std::uint64_t most_part_bytes = std::uint64_t{256} << 20;

/// Bytes of the part that the task reads of the block in the slot, if that part
/// is to be fetched and not the block: it has at least `least` bytes and is at
/// most half of the block.
std::optional<std::uint64_t>
bytes_of_part(const edge_index& edges, const block_key& task,
              std::uint32_t slot, const block_key& read,
              std::uint64_t least = least_part_bytes);

/// A copy of the box alone, which a task takes in the place of the block.
/// Throws `std::invalid_argument` where it leaves the block.
block cut_out(const block& whole, const read_part& part);

} // namespace tern
