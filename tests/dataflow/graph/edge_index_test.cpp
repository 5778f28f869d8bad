#include "dataflow/graph/edges.hpp"
#include "tests/dataflow/graph/random_graph.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace tern;

namespace {

/// Block of element `position`, by walking along.
std::int64_t block_at(const axis_chunks& a, std::int64_t position) {
  std::int64_t start = 0;
  for (std::int64_t b = 0; b < a.count(); ++b) {
    if (position < start + a.size(b))
      return b;
    start += a.size(b);
  }
  return a.count() - 1;
}

/// The definition of the maps, block by block and element by element.
bool reads(const axis_map& m, const axis_chunks& from, const layer& to,
           const shape& task, std::int64_t block) {
  if (m.how == axis_map::kind::first)
    return block == 0; // whatever its axis says
  auto own = m.axis < 0 ? 0 : task[static_cast<std::size_t>(m.axis)];
  switch (m.how) {
  case axis_map::kind::same:
    return block == own + m.offset;
  case axis_map::kind::group:
    return block / m.factor == own;
  default:
    break;
  }
  const bool window = m.how == axis_map::kind::window;
  if (from.extent() == 0)
    return !window && block == 0;
  auto& cut = to.out[static_cast<std::size_t>(m.axis)];
  std::int64_t start = 0;
  for (std::int64_t b = 0; b < own; ++b)
    start += cut.size(b);
  std::int64_t low = from.count(), high = -1;
  for (std::int64_t i = 0; i < std::max<std::int64_t>(cut.size(own), 1); ++i) {
    const auto wanted = m.offset + start + i;
    if (window && (wanted < 0 || wanted >= from.extent()))
      continue;
    auto position = std::clamp<std::int64_t>(m.offset + m.factor * (start + i),
                                             0, from.extent() - 1);
    low = std::min(low, block_at(from, position));
    high = std::max(high, block_at(from, position));
  }
  return low <= block && block <= high;
}

struct edge {
  block_key producer;
  std::uint32_t input;
};

/// A task's inputs by slot, straight from the definition.
std::vector<edge> brute_inputs(const graph& g, const block_key& task) {
  std::vector<edge> result;
  auto& l = g.layers[task.layer];
  if (l.edges) {
    for (auto i = l.edges->offsets[static_cast<std::size_t>(task.index)];
         i < l.edges->offsets[static_cast<std::size_t>(task.index) + 1]; ++i)
      result.push_back({{task.layer, l.edges->predecessors[i]}, 0});
    return result;
  }
  auto index = index_of(grid(l.out), task.index);
  for (std::uint32_t i = 0; i < l.inputs.size(); ++i) {
    auto& in = l.inputs[i];
    auto& from = g.layers[in.from].out;
    for (std::int64_t b = 0; b < element_count(grid(from)); ++b) {
      auto at = index_of(grid(from), b);
      bool all = true;
      for (std::size_t k = 0; k < from.size(); ++k)
        all = all && reads(in.axes[k], from[k], l, index, at[k]);
      if (all)
        result.push_back({{in.from, b}, i});
    }
  }
  return result;
}

std::set<block_key> brute_needed(const graph& g) {
  std::set<block_key> needed;
  std::vector<block_key> open;
  for (auto root : g.roots)
    for (std::int64_t b = 0; b < element_count(grid(g.layers[root].out)); ++b)
      open.push_back({root, b});
  while (!open.empty()) {
    auto key = open.back();
    open.pop_back();
    if (needed.insert(key).second)
      for (auto& e : brute_inputs(g, key))
        open.push_back(e.producer);
  }
  return needed;
}

std::vector<block_key> inputs_of(const edge_index& edges,
                                 const block_key& task) {
  std::vector<block_key> result;
  edges.each_input(task, [&](std::uint32_t slot, const block_key& from) {
    BOOST_TEST(slot == result.size());
    result.push_back(from);
  });
  return result;
}

void compare_with_definition(const graph& g) {
  edge_index edges{g};
  std::int64_t tasks = 0;
  struct arrival {
    layer_id layer;
    std::uint32_t input;
    std::int64_t index;
    std::uint32_t slot;
    auto operator<=>(const arrival&) const = default;
  };
  std::map<block_key, std::vector<arrival>> arrivals;
  for (layer_id id = 0; id < edges.layers(); ++id) {
    tasks += edges.needed(id).size();
    for (std::int64_t r = 0; r < edges.needed(id).size(); ++r) {
      auto task = edges.at_rank(id, r);
      BOOST_REQUIRE(edges.rank(task) == r);
      auto expected = brute_inputs(g, task);
      auto inputs = inputs_of(edges, task);
      BOOST_REQUIRE(inputs.size() == expected.size());
      BOOST_TEST(edges.slots(task) == expected.size());
      for (std::uint32_t slot = 0; slot < inputs.size(); ++slot) {
        BOOST_REQUIRE(inputs[slot] == expected[slot].producer);
        BOOST_TEST(edges.is_needed(inputs[slot]));
        arrivals[inputs[slot]].push_back(
            {id, expected[slot].input, task.index, slot});
      }
    }
  }
  BOOST_TEST(edges.tasks() == tasks);
  for (layer_id id = 0; id < edges.layers(); ++id)
    for (std::int64_t r = 0; r < edges.needed(id).size(); ++r) {
      auto block = edges.at_rank(id, r);
      auto expected = arrivals[block];
      std::sort(expected.begin(), expected.end());
      std::size_t count = 0;
      edges.each_consumer(block, [&](std::uint32_t ordinal, const consumer& c) {
        BOOST_REQUIRE(count < expected.size());
        auto& e = expected[count];
        BOOST_TEST(ordinal == count++);
        BOOST_TEST(c.task.layer == e.layer);
        BOOST_TEST(c.task.index == e.index);
        BOOST_TEST(c.slot == e.slot);
      });
      BOOST_TEST(count == expected.size());
      BOOST_TEST(edges.consumers(block) == expected.size());
    }
}

/// A row of calls over `axis`, reading `from` by `maps`.
layer row(axis_chunks axis, std::vector<std::pair<layer_id, axis_map>> maps) {
  layer l;
  l.op = op_call{"nothing", {}};
  l.out.push_back(std::move(axis));
  for (auto& [from, map] : maps) {
    layer_input in;
    in.from = from;
    in.axes.push_back(map);
    l.inputs.push_back(std::move(in));
  }
  return l;
}

} // namespace

BOOST_AUTO_TEST_SUITE(edge_indices)

BOOST_AUTO_TEST_CASE(both_directions_follow_the_definition_of_the_maps) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed)
    compare_with_definition(test::graph_maker{seed}.make());
  }
}

BOOST_AUTO_TEST_CASE(needed_blocks_are_enough_and_in_the_sets) {
  for (std::uint64_t seed = 1000; seed < 1300; ++seed) {
    auto g = test::graph_maker{seed}.make();
    edge_index edges{g};
    auto needed = brute_needed(g);
    for (layer_id id = 0; id < edges.layers(); ++id)
      for (std::int64_t b = 0; b < element_count(edges.grid_of(id)); ++b) {
        block_key key{id, b};
        auto inside = edges.needed(id).contains(index_of(edges.grid_of(id), b));
        BOOST_TEST(edges.is_needed(key) == inside);
        if (needed.count(key))
          BOOST_TEST(inside,
                     "seed " << seed << " layer " << id << " block " << b);
      }
  }
}

BOOST_AUTO_TEST_CASE(a_slice_needs_only_the_blocks_it_touches) {
  graph g;
  g.layers.push_back(row(axis_chunks::regular(1000, 10), {}));
  // every 200th element: blocks 0, 20, 40, 60, 80
  g.layers.push_back(
      row(axis_chunks::ones(5), {{0, {axis_map::kind::overlap, 0, 0, 200}}}));
  g.roots = {1};
  edge_index edges{g};
  BOOST_TEST(edges.needed(0).size() == 5);
  BOOST_TEST(edges.tasks() == 10);
  BOOST_TEST(edges.needed(0).contains({40}));
  BOOST_TEST(!edges.needed(0).contains({41}));
  BOOST_TEST(edges.rank({0, 60}) == 3);
}

BOOST_AUTO_TEST_CASE(a_layer_that_no_root_reaches_needs_nothing) {
  graph g;
  layer single; // one block, no axes
  single.op = op_call{"nothing", {}};
  g.layers = {single, single};
  g.roots = {1};
  edge_index edges{g};
  BOOST_TEST(edges.needed(0).empty());
  BOOST_TEST(!edges.is_needed({0, 0}));
  BOOST_TEST(edges.is_needed({1, 0}));
  BOOST_TEST(edges.tasks() == 1);
}

BOOST_AUTO_TEST_CASE(all_of_an_explicit_layer_is_needed_with_any_of_it) {
  test::graph_maker maker{7};
  graph g;
  g.layers.push_back(maker.with_edges());
  g.layers.push_back(
      row(axis_chunks::ones(1), {{0, {axis_map::kind::first, 0, 0, 1}}}));
  g.roots = {1};
  edge_index edges{g};
  BOOST_TEST(edges.needed(0).size() == element_count(edges.grid_of(0)));
  compare_with_definition(g);
}

BOOST_AUTO_TEST_CASE(blocks_beyond_32_bits_are_walked) {
  graph g;
  layer wide;
  wide.op = op_call{"nothing", {}};
  wide.out = {axis_chunks::ones(std::int64_t{1} << 35), axis_chunks::ones(8)};
  auto same = [](std::int8_t axis) {
    return axis_map{axis_map::kind::same, axis, 0, 1};
  };
  g.layers.push_back(wide);
  wide.inputs.push_back({0, {same(0), same(1)}});
  g.layers.push_back(wide);
  g.roots = {1};
  edge_index edges{g};
  auto far = (std::int64_t{1} << 37) + 5;
  BOOST_TEST((inputs_of(edges, {1, far}) == std::vector<block_key>{{0, far}}));
  BOOST_TEST(edges.consumers({0, far}) == 1);
  edges.each_consumer({0, far}, [&](std::uint32_t, const consumer& c) {
    BOOST_TEST(c.task.index == far);
  });
}

BOOST_AUTO_TEST_CASE(bytes_are_those_of_shape_dtype_and_parts) {
  graph g;
  auto l = row(axis_chunks::regular(10, 4), {});
  l.type = dtype::float32;
  g.layers.push_back(l);
  l.parts = 3;
  g.layers.push_back(l);
  g.roots = {0, 1};
  edge_index edges{g};
  BOOST_TEST(edges.block_bytes({0, 0}) == 16);
  BOOST_TEST(edges.block_bytes({0, 2}) == 8);
  BOOST_TEST(edges.block_bytes({1, 2}) == 24);
}

BOOST_AUTO_TEST_CASE(unsound_graphs_are_refused) {
  graph g;
  g.layers.push_back(row(axis_chunks::ones(2), {}));
  g.layers.push_back(
      row(axis_chunks::ones(3), {{0, {axis_map::kind::same, 0, 0, 1}}}));
  g.roots = {1};
  BOOST_CHECK_THROW(edge_index{g}, std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
