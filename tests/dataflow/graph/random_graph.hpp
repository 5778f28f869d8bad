#pragma once

#include "dataflow/graph/graph.hpp"

#include <memory>
#include <random>

namespace tern::test {

/// Graphs that are sound but mean nothing: calls, joined by maps of all kinds
/// over ragged blocks. The same seed gives the same graph.
class graph_maker {
public:
  explicit graph_maker(std::uint64_t seed) : random_(seed) {}

  graph make() {
    graph g;
    auto layers = between(2, 6);
    for (std::int64_t i = 0; i < layers; ++i)
      g.layers.push_back(i == 0 && chance(5) ? with_edges() : make_layer(g));
    g.roots.push_back(static_cast<layer_id>(layers - 1));
    if (chance(3))
      g.roots.push_back(static_cast<layer_id>(between(0, layers - 1)));
    return g;
  }

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>{low, high}(random_);
  }
  bool chance(int of) {
    return between(1, of) == 1;
  }

  axis_chunks axis() {
    axis_chunks a;
    auto blocks = between(1, 6);
    for (std::int64_t i = 0; i < blocks; ++i)
      a.append(1, chance(8) ? 0 : between(1, 4));
    return a;
  }

  layer with_edges() {
    auto edges = std::make_shared<explicit_edges>();
    auto tasks = between(1, 12);
    edges->offsets.push_back(0);
    for (std::int64_t task = 0; task < tasks; ++task) {
      for (auto n = task ? between(0, 3) : 0; n > 0; --n)
        edges->predecessors.push_back(
            static_cast<std::uint32_t>(between(0, task - 1)));
      edges->offsets.push_back(edges->predecessors.size());
    }
    edges->index();
    layer l;
    l.op = op_call{"nothing", {}};
    l.out.push_back(axis_chunks::ones(tasks));
    l.edges = std::move(edges);
    return l;
  }

private:
  layer make_layer(const graph& g) {
    layer l;
    l.op = op_call{"nothing", {}};
    for (auto n = between(0, 3); n > 0; --n)
      l.out.push_back(axis());
    if (g.layers.empty())
      return l;
    for (auto inputs = between(0, 3); inputs > 0; --inputs) {
      layer_input in;
      in.from = static_cast<layer_id>(
          between(0, static_cast<std::int64_t>(g.layers.size()) - 1));
      for (auto& from : g.layers[in.from].out)
        in.axes.push_back(map(from, l));
      l.inputs.push_back(std::move(in));
    }
    return l;
  }

  /// Tries kinds until one is possible; `first` always is.
  axis_map map(const axis_chunks& from, const layer& to) {
    axis_map m;
    m.how = static_cast<axis_map::kind>(between(0, 4));
    auto last = static_cast<std::int64_t>(to.out.size()) - 1;
    m.axis = static_cast<std::int8_t>(between(-1, last));
    static const auto none = axis_chunks::ones(1);
    auto& own = m.axis < 0 ? none : to.out[static_cast<std::size_t>(m.axis)];
    auto blocks = from.count();
    auto tasks = own.count();
    switch (m.how) {
    case axis_map::kind::same:
      if (tasks > blocks)
        break;
      m.offset = between(0, blocks - tasks);
      return m;
    case axis_map::kind::group:
      m.factor = between(1, blocks);
      if (tasks - 1 > (blocks - 1) / m.factor)
        break;
      return m;
    case axis_map::kind::overlap:
      if (m.axis >= 0 && overlap(m, from, own))
        return m;
      break;
    case axis_map::kind::window:
      m.offset = between(-5, from.extent() + 3);
      if (m.axis >= 0)
        return m;
      break;
    default:
      break;
    }
    return {axis_map::kind::first, 0, 0, 1};
  }

  bool overlap(axis_map& m, const axis_chunks& from, const axis_chunks& own) {
    m.factor = between(1, 3) * (chance(2) ? 1 : -1);
    auto reach = m.factor * std::max<std::int64_t>(own.extent() - 1, 0);
    auto low = std::max<std::int64_t>(0, -reach);
    auto high = from.extent() - 1 - std::max<std::int64_t>(reach, 0);
    if (low > high)
      return own.extent() == 0;
    m.offset = between(low, high);
    return true;
  }

  std::mt19937_64 random_;
};

} // namespace tern::test
