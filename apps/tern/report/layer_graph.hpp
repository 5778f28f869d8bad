#pragma once

#include "dataflow/graph/graph.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// What of a plan is drawn, and with how much care it is counted.
struct layer_graph_limits {
  std::size_t layers = 400;
  std::int64_t counted = 20'000; ///< tasks of a layer; of more: about
};

/// A layer as a box.
struct layer_box {
  layer_id layer = 0;
  std::string kernel;
  std::string expression;
  std::int64_t tasks = 0;
  std::uint64_t bytes = 0; ///< of its blocks; 0: not known beforehand
  bool root = false;
};

/// Tasks of one layer that read blocks of another one, or of their own.
struct layer_edge {
  layer_id from = 0;
  layer_id to = 0;
  std::uint64_t reads = 0; ///< blocks, each as often as it is read
  std::uint64_t bytes = 0; ///< of these
  bool about = false;      ///< not all tasks were looked at
};

/// A plan, layer by layer. Tasks may be millions: of a layer with more than
/// `counted` of them the first ones stand for all.
struct layer_graph {
  std::vector<layer_box> boxes;
  std::vector<layer_edge> edges; ///< between these boxes
  std::size_t left_out = 0;      ///< layers, the last ones
};

layer_graph layers_of(const edge_index& plan,
                      const layer_graph_limits& limits = {});

} // namespace tern
