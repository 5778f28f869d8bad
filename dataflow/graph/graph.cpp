#include "dataflow/graph/graph.hpp"

#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/validate.hpp"

#include <stdexcept>

namespace tern {

namespace {

/// More gaps than this along one axis are not worth their cost in each rank.
constexpr std::size_t most_intervals = 4096;

/// Adds the blocks along one axis that the tasks `own` read through `walk`.
void add_image(const axis_walk& walk, const block_set::axis& own,
               block_set::axis& result) {
  for (auto& x : own) {
    auto a = walk.inputs(x.first);
    auto b = walk.inputs(x.last - 1);
    auto steps = walk.how == axis_map::kind::overlap
                 && (walk.factor > 1 || walk.factor < -1)
                 && x.size() <= static_cast<std::int64_t>(most_intervals);
    if (steps)
      for (auto i = x.first; i < x.last; ++i)
        result.push_back(walk.inputs(i));
    else if (std::min(a.first, b.first) < std::max(a.last, b.last))
      result.push_back({std::min(a.first, b.first), std::max(a.last, b.last)});
  }
  normalise(result);
}

} // namespace

edge_index::edge_index(graph g) {
  if (auto wrong = find_fault(g))
    throw std::invalid_argument(*wrong);
  graph_ = std::make_shared<const graph>(std::move(g));
  compile();
  cull();
}

void edge_index::compile() {
  auto& layers = graph_->layers;
  nodes_.resize(layers.size());
  for (layer_id id = 0; id < layers.size(); ++id) {
    auto& l = layers[id];
    auto& n = nodes_[id];
    n.grid = grid(l.out);
    n.edges = l.edges.get();
    std::int64_t base = 0;
    for (std::uint32_t i = 0; i < l.inputs.size(); ++i) {
      auto& in = l.inputs[i];
      input_walk walk{in.from, true, base, {}};
      for (std::size_t axis = 0; axis < in.axes.size(); ++axis) {
        walk.axes.emplace_back(in.axes[axis], layers[in.from], axis, l);
        walk.single = walk.single && walk.axes.back().single();
      }
      base = base >= 0 && walk.single ? base + 1 : -1;
      nodes_[in.from].readers.push_back({id, i});
      n.inputs.push_back(std::move(walk));
    }
  }
  for (auto id : graph_->roots)
    nodes_[id].root = true;
}

void edge_index::cull() {
  needed_.assign(layers(), block_set::none());
  for (auto id : graph_->roots)
    needed_[id] = block_set::all(nodes_[id].grid);
  for (auto id = static_cast<layer_id>(layers()); id-- > 0;)
    need_inputs(id);
  for (layer_id id = 0; id < layers(); ++id) {
    tasks_ += needed_[id].size();
    nodes_[id].whole = needed_[id] == block_set::all(nodes_[id].grid);
  }
}

void edge_index::need_inputs(layer_id id) {
  auto& n = nodes_[id];
  if (needed_[id].empty())
    return;
  if (n.edges) {
    needed_[id] = block_set::all(n.grid);
    return;
  }
  for (auto& in : n.inputs) {
    block_set read;
    for (auto& walk : in.axes) {
      static const block_set::axis only{{0, 1}};
      read.axes.emplace_back();
      add_image(walk,
                walk.axis < 0
                    ? only
                    : needed_[id].axes[static_cast<std::size_t>(walk.axis)],
                read.axes.back());
    }
    needed_[in.from].merge(read);
  }
}

std::int64_t edge_index::rank(const block_key& block) const noexcept {
  auto& n = nodes_[block.layer];
  if (n.whole)
    return block.index;
  place at;
  split(n.grid, block.index, at);
  return needed_[block.layer].rank(at.v.data());
}

block_key edge_index::at_rank(layer_id id, std::int64_t r) const {
  if (nodes_[id].whole)
    return {id, r};
  return {id, linear_of(nodes_[id].grid, needed_[id].at(r))};
}

bool edge_index::is_needed(const block_key& block) const noexcept {
  if (block.layer >= layers() || block.index < 0
      || block.index >= element_count(nodes_[block.layer].grid))
    return false;
  if (nodes_[block.layer].whole)
    return true;
  place at;
  auto& axes = needed_[block.layer].axes;
  if (axes.size() != nodes_[block.layer].grid.size())
    return false;
  split(nodes_[block.layer].grid, block.index, at);
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (next_member(axes[i], at.v[i], at.v[i] + 1) != at.v[i])
      return false;
  return true;
}

std::uint32_t edge_index::slots(const block_key& task) const {
  auto& n = nodes_[task.layer];
  if (n.edges) {
    auto row = static_cast<std::size_t>(task.index);
    return static_cast<std::uint32_t>(n.edges->offsets[row + 1]
                                      - n.edges->offsets[row]);
  }
  if (n.inputs.empty())
    return 0;
  auto& last = n.inputs.back();
  if (last.single && last.base >= 0)
    return static_cast<std::uint32_t>(last.base + 1);
  place at;
  box b;
  split(n.grid, task.index, at);
  std::int64_t count = 0;
  for (auto& in : n.inputs)
    count += in.span(at, b);
  return static_cast<std::uint32_t>(count);
}

std::uint32_t edge_index::consumers(const block_key& block) const {
  auto& n = nodes_[block.layer];
  std::int64_t count = 0;
  if (n.edges) {
    auto row = static_cast<std::size_t>(block.index);
    count += static_cast<std::int64_t>(n.edges->consumer_offsets[row + 1]
                                       - n.edges->consumer_offsets[row]);
  }
  if (n.readers.empty())
    return static_cast<std::uint32_t>(count);
  place at;
  split(n.grid, block.index, at);
  for (auto& r : n.readers) {
    box b;
    if (needed_[r.layer].empty() || !readers_of(at, r, b))
      continue;
    std::int64_t product = 1;
    for (std::size_t i = 0; i < nodes_[r.layer].grid.size(); ++i) {
      std::int64_t along = 0;
      for (auto& x : needed_[r.layer].axes[i])
        along += std::max<std::int64_t>(0, meet(x, b.v[i]).size());
      product *= along;
    }
    count += product;
  }
  return static_cast<std::uint32_t>(count);
}

void edge_index::each_input(
    const block_key& task,
    const std::function<void(std::uint32_t, block_key)>& f) const {
  for_each_input(task, f);
}

void edge_index::each_consumer(
    const block_key& block,
    const std::function<void(std::uint32_t, const consumer&)>& f) const {
  for_each_consumer(block, f);
}

std::size_t edge_index::block_bytes(const block_key& task) const {
  auto& l = at(task.layer);
  place index;
  split(nodes_[task.layer].grid, task.index, index);
  auto bytes = size_of(l.type) * std::max<std::size_t>(l.parts, 1);
  for (std::size_t i = 0; i < l.out.size(); ++i)
    bytes *= static_cast<std::size_t>(l.out[i].size(index.v[i]));
  return bytes;
}

} // namespace tern
