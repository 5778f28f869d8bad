#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/remaining_work.hpp"
#include "dataflow/runtime/view.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tern {

/// Which node owns which task: a pure function of plan, layer, block and view
/// that every node computes alone.
///
/// The blocks that a layer needs are numbered row-major; node k owns those
/// whose number times the total capacity lies in its share. So regions are
/// contiguous, layers over equal grids are cut at the same places, and most
/// edges stay inside a node. Layers with fewer blocks than nodes are dealt out
/// in turn, lest node 0 gets all roots: the most urgent (order.hpp) first, so
/// that each node has its share of these, and what it runs next is about what
/// comes next in the whole plan. After a death `rest` says who has what, of all
/// that is left.
class placement {
public:
  placement(const edge_index& edges, const plan_view& view,
            std::shared_ptr<const remaining_work> rest = nullptr);

  node_index owner(const block_key& task) const;

  /// The ranks [first, last) (in `needed(layer)`) among which are all that
  /// `node` owns: exactly those where there are as many blocks as nodes, else,
  /// and after a death, all ranks (ask `owner`).
  std::pair<std::int64_t, std::int64_t> range(layer_id layer,
                                              node_index node) const;

private:
  node_index owner_of_rank(layer_id layer, std::int64_t rank) const;

  const edge_index* edges_;
  std::vector<std::uint64_t> bounds_; ///< capacities, summed up
  std::vector<std::int64_t> sizes_;   ///< blocks a layer
  std::vector<layer_id> turns_;       ///< of a layer when they are dealt out
  std::shared_ptr<const remaining_work> rest_;
};

} // namespace tern
