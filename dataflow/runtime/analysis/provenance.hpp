#pragma once

#include "dataflow/graph/graph.hpp"

#include <cstddef>
#include <vector>

namespace tern {

/// A block on the way from sources to the one that was asked for.
struct origin {
  block_key task;
  std::vector<std::size_t> inputs; ///< positions in the list, by slot
  std::size_t left_out = 0;        ///< inputs that are not listed
};

struct provenance_limits {
  std::size_t depth = 3;   ///< tasks between the block and the farthest input
  std::size_t inputs = 16; ///< of one task
  std::size_t blocks = 2000;
};

/// Where a block comes from: the block itself, then its inputs, their inputs
/// and so on, each once, the nearest first. `task` is needed in `edges`.
std::vector<origin> provenance_of(const edge_index& edges,
                                  const block_key& task,
                                  const provenance_limits& limits);

} // namespace tern
