#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/remaining_work.hpp"
#include "dataflow/runtime/resource_places.hpp"
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
/// comes next in the whole plan. Of tasks that need resources only the places
/// that have them own some, each after how many it can run at once. After a
/// death `rest` says who has what, of all that is left.
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
  /// Of the tasks that need the same.
  struct shares {
    std::vector<std::uint64_t> bounds; ///< capacities, summed up
    std::vector<node_index> turns;     ///< who gets what is dealt out
    std::int64_t places = 0;           ///< with a share
  };
  static shares shares_of(const std::vector<std::uint32_t>& slots, bool evenly);
  node_index owner_of_rank(layer_id layer, std::int64_t rank) const;

  const edge_index* edges_;
  std::size_t places_;
  resource_places resources_;
  std::vector<shares> shares_;      ///< by kind of resources
  std::vector<std::int64_t> sizes_; ///< blocks a layer
  std::vector<layer_id> turns_;     ///< of a layer when they are dealt out
  std::shared_ptr<const remaining_work> rest_;
};

} // namespace tern
