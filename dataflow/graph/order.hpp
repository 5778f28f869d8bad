#pragma once

#include "dataflow/graph/graph.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace tern {

/// How urgent the layers are, by id: a call's rank is its priority, any other's
/// 0, and a layer's is at least that of those that read it. So what is needed
/// for an urgent call is urgent as well. Linear time in layers and inputs.
std::vector<std::int64_t> layer_ranks(const edge_index& edges);

/// Gives the tasks of a region their static priority: the place in a
/// depth-first walk from the roots (each input finished before the next is
/// begun), so that blocks are consumed soon after they are made.
///
/// Layers come by their rank before that, the highest first, so that inputs are
/// always before their readers.
///
/// `mine` says which tasks are in the region; the others count as done.
/// Returns, layer by layer, the priority of each needed task by its rank in
/// `needed(layer)`; tasks outside the region have the largest value.
/// Lower runs first. Linear time in tasks and edges of the region. Throws
/// `std::length_error` for 2^32 tasks or more.
std::vector<std::vector<std::uint32_t>>
depth_first_order(const edge_index& edges,
                  const std::function<bool(const block_key&)>& mine);

} // namespace tern
