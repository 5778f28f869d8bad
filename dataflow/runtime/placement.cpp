#include "dataflow/runtime/placement.hpp"

#include "dataflow/graph/order.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace tern {

namespace {

__extension__ using wide = unsigned __int128;

/// The place of each layer among all, by rank; equal ones by number.
std::vector<layer_id> turns_of(const edge_index& edges) {
  const auto ranks = layer_ranks(edges);
  std::vector<layer_id> order(ranks.size());
  std::iota(order.begin(), order.end(), layer_id{0});
  std::ranges::stable_sort(order, std::greater<>{},
                           [&](layer_id id) { return ranks[id]; });
  std::vector<layer_id> turns(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    turns[order[i]] = static_cast<layer_id>(i);
  return turns;
}

} // namespace

placement::placement(const edge_index& edges, const plan_view& view,
                     std::shared_ptr<const remaining_work> rest)
  : edges_(&edges), turns_(turns_of(edges)), rest_(std::move(rest)) {
  std::uint64_t sum = 0;
  for (const auto& place : view.places)
    bounds_.push_back(sum += std::max<std::uint32_t>(1, place.capacity));
  for (layer_id id = 0; id < edges.layers(); ++id)
    sizes_.push_back(edges.needed(id).size());
}

node_index placement::owner(const block_key& task) const {
  if (bounds_.size() == 1)
    return 0;
  const auto first = owner_of_rank(task.layer, edges_->rank(task));
  return rest_ ? rest_->owner(task, first) : first;
}

node_index placement::owner_of_rank(layer_id layer, std::int64_t rank) const {
  const auto nodes = static_cast<std::int64_t>(bounds_.size());
  const auto blocks = sizes_[layer];
  if (blocks < nodes)
    return static_cast<node_index>((turns_[layer] + rank) % nodes);
  // the share in which (rank + 1/2) / blocks of all capacity lies
  const auto total = bounds_.back();
  const auto at =
      static_cast<std::uint64_t>(static_cast<wide>(2 * rank + 1) * total
                                 / static_cast<std::uint64_t>(2 * blocks));
  const auto found = std::upper_bound(bounds_.begin(), bounds_.end(), at);
  return static_cast<node_index>(found - bounds_.begin());
}

std::pair<std::int64_t, std::int64_t> placement::range(layer_id layer,
                                                       node_index node) const {
  const auto blocks = sizes_[layer];
  if (rest_ || blocks < static_cast<std::int64_t>(bounds_.size()))
    return {0, blocks};
  auto first_of = [&](node_index n) {
    std::int64_t low = 0;
    std::int64_t high = blocks;
    while (low < high) {
      const auto middle = low + (high - low) / 2;
      if (owner_of_rank(layer, middle) < n)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  };
  return {first_of(node), first_of(static_cast<node_index>(node + 1))};
}

} // namespace tern
