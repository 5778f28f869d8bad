#include "dataflow/runtime/remaining_work.hpp"

#include "actors/mix.hpp"
#include "dataflow/graph/edges.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr std::size_t tiles_per_node = 16;

} // namespace

remaining_work::remaining_work(const edge_index& edges, const plan_view& view,
                               std::uint64_t plan, const plan_round& round,
                               const std::map<node_id, census>& told)
  : edges_(&edges), layers_(edges.layers()), resources_(edges, view) {
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto blocks = static_cast<std::size_t>(edges.needed(id).size());
    auto& l = layers_[id];
    l.parts.assign(blocks, part::none);
    l.holders.assign(blocks, no_node);
    l.held.assign(blocks, false);
    l.ran.assign(blocks, false);
    l.arrived.assign(edges.is_root(id) ? blocks : 0, false);
  }
  for (const auto& place : view.places)
    dead_.push_back(round.excludes(place.node));
  spread_tiles(view, plan);
  // by place: every process goes through them in the same order
  for (std::size_t i = 0; i < view.places.size(); ++i)
    if (const auto found = told.find(view.places[i].node); found != told.end())
      take(found->second, static_cast<node_index>(i));
  for (const auto& [who, what] : told)
    for (const auto& s : what.suspects)
      suspects_[s.task].insert(s.died.begin(), s.died.end());
  if (const auto found = told.find(round.submitter); found != told.end())
    each_of(found->second.roots, [](layer_state& l, std::size_t at) {
      if (at < l.arrived.size())
        l.arrived[at] = true;
    });
  for (layer_id id = 0; id < edges.layers(); ++id)
    for (std::size_t at = 0; at < layers_[id].arrived.size(); ++at)
      if (!layers_[id].arrived[at])
        need(edges.at_rank(id, static_cast<std::int64_t>(at)));
}

// -- who has what the dead had ------------------------------------------------

void remaining_work::spread_tiles(const plan_view& view, std::uint64_t plan) {
  for (std::size_t kind = 0; kind < resources_.kinds(); ++kind) {
    const auto& slots = resources_.slots(kind);
    bool some = false;
    for (std::size_t i = 0; i < slots.size(); ++i)
      some = some || (!dead_[i] && slots[i] > 0);
    tiles_.push_back(spread(view, plan, some ? slots : resources_.slots(0)));
  }
}

std::vector<node_index>
remaining_work::spread(const plan_view& view, std::uint64_t plan,
                       const std::vector<std::uint32_t>& slots) const {
  std::vector<node_index> tiles(view.places.size() * tiles_per_node, no_node);
  for (std::size_t tile = 0; tile < tiles.size(); ++tile) {
    std::uint64_t best = 0;
    for (std::size_t i = 0; i < view.places.size(); ++i) {
      if (dead_[i])
        continue;
      // the largest of as many draws as it can run tasks at once
      const auto draws = std::min(slots[i], 1024u);
      for (std::uint32_t draw = 0; draw < draws; ++draw) {
        const auto score =
            mix(mix(plan ^ tile) ^ mix(view.places[i].node.value + draw));
        if (tiles[tile] == no_node || score > best) {
          best = score;
          tiles[tile] = static_cast<node_index>(i);
        }
      }
    }
  }
  return tiles;
}

node_index remaining_work::owner(const block_key& task,
                                 node_index first) const {
  const auto& l = layers_[task.layer];
  const auto at = rank(task);
  if (l.parts[at] == part::kept || l.parts[at] == part::running)
    return l.holders[at];
  if (!is_dead(first))
    return first;
  const auto& tiles = tiles_[resources_.kind_of(task.layer)];
  return tiles[at * tiles.size() / l.parts.size()];
}

// -- what there is ------------------------------------------------------------

// What a process told is checked like any input from outside.
template <class F>
void remaining_work::each_of(const std::vector<block_run>& runs, F&& f) {
  block_key done; // runs ascend and do not overlap; what does not is left out
  for (const auto& run : runs) {
    if (run.layer >= layers_.size() || run.last <= run.first
        || block_key{run.layer, run.first} < done)
      continue;
    auto& l = layers_[run.layer];
    const auto blocks = static_cast<std::int64_t>(l.parts.size());
    for (auto at = first_rank(run.layer, run.first);
         at < blocks && edges_->at_rank(run.layer, at).index < run.last; ++at)
      f(l, static_cast<std::size_t>(at));
    done = {run.layer, run.last};
  }
}

// Of the needed blocks that are not before `index`.
std::int64_t remaining_work::first_rank(layer_id layer,
                                        std::int64_t index) const {
  std::int64_t low = 0;
  auto high = static_cast<std::int64_t>(layers_[layer].parts.size());
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (edges_->at_rank(layer, middle).index < index)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

// A block goes before a kernel that makes it; of several, the first.
void remaining_work::take(const census& told, node_index who) {
  each_of(told.held, [&](layer_state& l, std::size_t at) {
    if (!l.held[at])
      l.holders[at] = who;
    l.held[at] = l.ran[at] = true;
  });
  each_of(told.running, [&](layer_state& l, std::size_t at) {
    if (l.holders[at] == no_node)
      l.holders[at] = who;
  });
  each_of(told.ran, [](layer_state& l, std::size_t at) { l.ran[at] = true; });
}

// -- what is needed -----------------------------------------------------------

void remaining_work::need(const block_key& root) {
  stack_.push_back(root);
  while (!stack_.empty()) {
    const auto key = stack_.back();
    stack_.pop_back();
    auto& l = layers_[key.layer];
    const auto at = rank(key);
    if (l.parts[at] != part::none)
      continue;
    if (l.held[at]) {
      l.parts[at] = part::kept;
      continue;
    }
    ++tasks_;
    if (l.holders[at] != no_node) {
      l.parts[at] = part::running;
      continue;
    }
    l.parts[at] = part::runs;
    edges_->for_each_input(key, [&](std::uint32_t, const block_key& input) {
      stack_.push_back(input);
    });
  }
}

remaining_work::part remaining_work::of(const block_key& task) const {
  return layers_[task.layer].parts[rank(task)];
}

std::vector<node_id> remaining_work::died_with(const block_key& task) const {
  const auto found = suspects_.find(task);
  if (found == suspects_.end())
    return {};
  return {found->second.begin(), found->second.end()};
}

bool remaining_work::is_wanted(const block_key& root) const {
  const auto& arrived = layers_[root.layer].arrived;
  return !arrived.empty() && !arrived[rank(root)];
}

} // namespace tern
