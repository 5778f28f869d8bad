#include "dataflow/runtime/placement.hpp"

#include "dataflow/graph/order.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace tern {

namespace {

__extension__ using wide = unsigned __int128;

// A view comes from outside; and nobody has more threads.
constexpr std::uint32_t most_rounds = 1024;

/// The place of each layer among those that need the same, by rank; equal ones
/// by number.
std::vector<layer_id> turns_of(const edge_index& edges,
                               const resource_places& resources) {
  const auto ranks = layer_ranks(edges);
  std::vector<layer_id> order(ranks.size());
  std::iota(order.begin(), order.end(), layer_id{0});
  std::ranges::stable_sort(order, std::greater<>{},
                           [&](layer_id id) { return ranks[id]; });
  std::vector<layer_id> turns(order.size());
  std::vector<layer_id> next(resources.kinds());
  for (auto id : order)
    turns[id] = next[resources.kind_of(id)]++;
  return turns;
}

} // namespace

placement::placement(const edge_index& edges, const plan_view& view,
                     std::shared_ptr<const remaining_work> rest)
  : edges_(&edges), places_(view.places.size()), resources_(edges, view),
    turns_(turns_of(edges, resources_)), rest_(std::move(rest)) {
  for (std::size_t kind = 0; kind < resources_.kinds(); ++kind)
    shares_.push_back(shares_of(resources_.slots(kind), kind == 0));
  for (layer_id id = 0; id < edges.layers(); ++id)
    sizes_.push_back(edges.needed(id).size());
}

// What needs nothing is dealt out evenly, for it is little and soon done; of
// what waits for resources a place gets as much as it can run, in rounds.
placement::shares placement::shares_of(const std::vector<std::uint32_t>& slots,
                                       bool evenly) {
  shares out;
  std::uint64_t sum = 0;
  for (auto n : slots) {
    out.bounds.push_back(sum += n);
    out.places += n > 0 ? 1 : 0;
  }
  const auto most = *std::ranges::max_element(slots);
  const auto rounds = evenly ? 1u : std::min(most, most_rounds);
  for (std::uint32_t round = 0; round < rounds; ++round)
    for (std::size_t i = 0; i < slots.size(); ++i)
      if (slots[i] > round)
        out.turns.push_back(static_cast<node_index>(i));
  return out;
}

node_index placement::owner(const block_key& task) const {
  if (places_ == 1)
    return 0;
  const auto first = owner_of_rank(task.layer, edges_->rank(task));
  return rest_ ? rest_->owner(task, first) : first;
}

node_index placement::owner_of_rank(layer_id layer, std::int64_t rank) const {
  const auto& [bounds, turns, places] = shares_[resources_.kind_of(layer)];
  const auto blocks = sizes_[layer];
  if (blocks < places)
    return turns[static_cast<std::size_t>(turns_[layer] + rank) % turns.size()];
  // the share in which (rank + 1/2) / blocks of all capacity lies
  const auto total = bounds.back();
  const auto at =
      static_cast<std::uint64_t>(static_cast<wide>(2 * rank + 1) * total
                                 / static_cast<std::uint64_t>(2 * blocks));
  const auto found = std::upper_bound(bounds.begin(), bounds.end(), at);
  return static_cast<node_index>(found - bounds.begin());
}

std::pair<std::int64_t, std::int64_t> placement::range(layer_id layer,
                                                       node_index node) const {
  const auto blocks = sizes_[layer];
  if (rest_ || blocks < shares_[resources_.kind_of(layer)].places)
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
