#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/order.hpp"
#include "tests/dataflow/graph/random_graph.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace tern;

namespace {

constexpr auto outside = std::numeric_limits<std::uint32_t>::max();

bool all(const block_key&) {
  return true;
}

std::uint32_t place(const edge_index& edges,
                    const std::vector<std::vector<std::uint32_t>>& order,
                    const block_key& key) {
  return order[key.layer][static_cast<std::size_t>(edges.rank(key))];
}

/// Each needed task inside has a number of its own, counted from 0, behind
/// those of its inputs.
void check_order(const edge_index& edges,
                 const std::function<bool(const block_key&)>& mine) {
  auto order = depth_first_order(edges, mine);
  std::vector<bool> seen(static_cast<std::size_t>(edges.tasks()));
  std::size_t inside = 0;
  for (layer_id id = 0; id < edges.layers(); ++id)
    for (std::size_t r = 0; r < order[id].size(); ++r) {
      auto key = edges.at_rank(id, static_cast<std::int64_t>(r));
      auto number = order[id][r];
      BOOST_TEST((number != outside) == mine(key));
      if (number == outside)
        continue;
      ++inside;
      BOOST_REQUIRE(number < seen.size());
      BOOST_TEST(!seen[number]);
      seen[number] = true;
      edges.for_each_input(key, [&](std::uint32_t, const block_key& from) {
        if (mine(from))
          BOOST_TEST(place(edges, order, from) < number);
      });
    }
  for (std::size_t i = 0; i < inside; ++i)
    BOOST_TEST(seen[i]);
}

layer row(std::int64_t tasks, std::vector<layer_input> inputs) {
  layer l;
  l.op = op_call{"nothing", {}};
  l.out.push_back(axis_chunks::ones(tasks));
  l.inputs = std::move(inputs);
  return l;
}

/// 8 sources, summed by pairs in a tree.
graph tree() {
  graph g;
  g.layers.push_back(row(8, {}));
  for (std::int64_t n : {4, 2, 1})
    g.layers.push_back(row(n, {{static_cast<layer_id>(g.layers.size() - 1),
                                {axis_map{axis_map::kind::group, 0, 0, 2}}}}));
  g.roots = {3};
  return g;
}

} // namespace

BOOST_AUTO_TEST_SUITE(orders)

BOOST_AUTO_TEST_CASE(inputs_come_before_their_readers) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    edge_index edges{test::graph_maker{seed}.make()};
    check_order(edges, all);
  }
}

BOOST_AUTO_TEST_CASE(a_region_is_numbered_alone) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    edge_index edges{test::graph_maker{seed}.make()};
    check_order(edges, [&](const block_key& key) {
      return (static_cast<std::uint64_t>(key.index) + key.layer + seed) % 3;
    });
  }
}

BOOST_AUTO_TEST_CASE(a_tree_is_finished_branch_by_branch) {
  edge_index edges{tree()};
  auto order = depth_first_order(edges, all);
  using row = std::vector<std::uint32_t>;
  BOOST_TEST((order[0] == row{0, 1, 3, 4, 7, 8, 10, 11}));
  BOOST_TEST((order[1] == row{2, 5, 9, 12}));
  BOOST_TEST((order[2] == row{6, 13}));
  BOOST_TEST((order[3] == row{14}));
}

BOOST_AUTO_TEST_CASE(an_input_read_twice_is_numbered_where_it_is_first_needed) {
  // layer 2 reads 1 and 0, and 1 reads 0
  graph g;
  auto same = axis_map{axis_map::kind::same, 0, 0, 1};
  g.layers.push_back(row(2, {}));
  g.layers.push_back(row(2, {{0, {same}}}));
  g.layers.push_back(row(2, {{1, {same}}, {0, {same}}}));
  g.roots = {2};
  auto order = depth_first_order(edge_index{g}, all);
  using row = std::vector<std::uint32_t>;
  BOOST_TEST((order[0] == row{0, 3}));
  BOOST_TEST((order[1] == row{1, 4}));
  BOOST_TEST((order[2] == row{2, 5}));
}

BOOST_AUTO_TEST_CASE(the_highest_priority_comes_first_with_what_it_needs) {
  // 0 <- 1, 2 <- 3: nothing joins them
  graph g;
  auto same = axis_map{axis_map::kind::same, 0, 0, 1};
  for (layer_id from : {0u, 2u}) {
    g.layers.push_back(row(2, {}));
    g.layers.push_back(row(2, {{from, {same}}}));
  }
  g.roots = {1, 3};
  std::get<op_call>(g.layers[3].op).priority = 1;
  std::get<op_call>(g.layers[0].op).priority = -1; // less than its reader's
  auto order = depth_first_order(edge_index{g}, all);
  using row = std::vector<std::uint32_t>;
  BOOST_TEST((order[2] == row{0, 2}));
  BOOST_TEST((order[3] == row{1, 3}));
  BOOST_TEST((order[0] == row{4, 6}));
  BOOST_TEST((order[1] == row{5, 7}));
}

BOOST_AUTO_TEST_CASE(with_any_priorities_inputs_come_before_their_readers) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    auto g = test::graph_maker{seed}.make();
    auto spread = seed;
    for (auto& l : g.layers)
      if (auto* call = std::get_if<op_call>(&l.op))
        call->priority = static_cast<std::int32_t>(++spread * 7 % 5) - 2;
    check_order(edge_index{g}, all);
  }
}

BOOST_AUTO_TEST_CASE(the_same_graph_has_the_same_order) {
  auto g = test::graph_maker{3}.make();
  BOOST_TEST((depth_first_order(edge_index{g}, all)
              == depth_first_order(edge_index{g}, all)));
}

BOOST_AUTO_TEST_CASE(a_chain_of_a_million_needs_no_stack) {
  constexpr std::uint32_t n = 1'000'000;
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets = {0, 0};
  for (std::uint32_t i = 1; i < n; ++i) {
    edges->predecessors.push_back(i - 1);
    edges->offsets.push_back(i);
  }
  edges->index();
  graph g;
  g.layers.push_back(row(n, {}));
  g.layers[0].edges = std::move(edges);
  g.roots = {0};
  auto order = depth_first_order(edge_index{g}, all);
  bool counted = true;
  for (std::uint32_t i = 0; i < n; ++i)
    counted = counted && order[0][i] == i;
  BOOST_TEST(counted);
}

BOOST_AUTO_TEST_SUITE_END()
