#include "dataflow/array/array.hpp"
#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/region.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <deque>
#include <set>
#include <vector>

using namespace tern;

namespace {

plan_view view_of(std::vector<std::uint32_t> capacities) {
  plan_view v;
  for (std::size_t i = 0; i < capacities.size(); ++i)
    v.places.push_back({node_id{i + 1}, capacities[i]});
  return v;
}

edge_index slide(std::int64_t n, std::int64_t chunk) {
  const auto x = random_uniform({n, n}, 1, dtype::float64, {{chunk}});
  const auto y =
      binary(opcode::subtract, binary(opcode::add, x, x.transpose()),
             x.reduce(reduction::mean, std::vector<std::int64_t>{0}));
  const std::vector<array> roots{y.reduce(reduction::std_deviation, {})};
  return edge_index{lower(roots)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(placement_suite)

BOOST_AUTO_TEST_CASE(every_task_has_one_owner_and_ranges_are_contiguous) {
  const auto edges = slide(47, 5);
  const placement where{edges, view_of({1, 1, 1})};
  for (layer_id id = 0; id < edges.layers(); ++id) {
    std::int64_t owned = 0;
    for (node_index node = 0; node < 3; ++node) {
      const auto [first, last] = where.range(id, node);
      for (auto rank = first; rank < last; ++rank)
        owned += where.owner(edges.at_rank(id, rank)) == node ? 1 : 0;
    }
    BOOST_TEST(owned == edges.needed(id).size());
  }
}

BOOST_AUTO_TEST_CASE(shares_follow_capacities) {
  const auto edges = slide(100, 5);
  const placement where{edges, view_of({3, 1})};
  const auto [first, last] = where.range(0, 0);
  const auto all = edges.needed(0).size();
  BOOST_TEST((last - first) == all * 3 / 4);
}

BOOST_AUTO_TEST_CASE(layers_over_equal_grids_are_cut_at_the_same_places) {
  const auto edges = slide(60, 5);
  const placement where{edges, view_of({1, 1, 1})};
  BOOST_TEST((where.range(0, 1) == where.range(1, 1)));
}

BOOST_AUTO_TEST_CASE(regions_together_hold_every_task_once) {
  const auto edges = slide(33, 4);
  const auto view = view_of({1, 2, 1, 1});
  const placement where{edges, view};
  std::deque<task_record> records;
  std::set<std::uint64_t> seen;
  for (node_index node = 0; node < 4; ++node) {
    region mine;
    mine.expand(
        edges, where, node, nullptr,
        [&](const block_key& key, std::uint32_t slots, std::uint32_t readers,
            std::uint32_t priority) -> task_record& {
          BOOST_TEST(seen.insert(pack(key)).second);
          return records.emplace_back(key, slots, readers, true, priority);
        });
    for (const auto* source : mine.sources())
      BOOST_TEST(source->state.slots() == 0u);
    mine.each(
        [&](task_record& r) { BOOST_TEST(mine.find(edges, r.low) == &r); });
  }
  BOOST_TEST(static_cast<std::int64_t>(seen.size()) == edges.tasks());
}

// Calls of one block each, with priorities that nobody sees in their numbers.
BOOST_AUTO_TEST_CASE(urgent_calls_are_dealt_out_before_others) {
  constexpr layer_id calls = 40;
  constexpr node_index nodes = 4;
  graph work;
  for (layer_id id = 0; id < calls; ++id) {
    op_call call{"f", {}};
    call.priority = id % nodes == 0 ? 5 : 0; // by number all would be on node 0
    layer l;
    l.op = call;
    l.out = {axis_chunks::ones(1)};
    work.layers.push_back(l);
    work.roots.push_back(id);
  }
  const edge_index edges{work};
  const placement where{edges, view_of({1, 1, 1, 1})};
  std::vector<int> urgent(nodes);
  std::vector<int> all(nodes);
  for (layer_id id = 0; id < calls; ++id) {
    const auto owner = where.owner({id, 0});
    ++all[owner];
    urgent[owner] += id % nodes == 0 ? 1 : 0;
  }
  const auto [fewest, most] = std::ranges::minmax(urgent);
  BOOST_TEST(fewest == 2);
  BOOST_TEST(most == 3);
  BOOST_TEST(all == std::vector<int>(nodes, calls / nodes),
             boost::test_tools::per_element());
}

// What is read by an urgent call is as urgent.
BOOST_AUTO_TEST_CASE(what_urgent_calls_need_is_dealt_out_with_them) {
  constexpr node_index nodes = 2;
  graph work;
  for (layer_id id = 0; id < 8; ++id) {
    op_call call{"f", {}};
    call.priority = id == 5 || id == 7 ? 9 : 0;
    layer l;
    l.op = call;
    l.out = {axis_chunks::ones(1)};
    if (id >= 4) { // reads the one four before it
      layer_input in;
      in.from = id - 4;
      in.axes.assign(1, {axis_map::kind::first, 0, 0, 1});
      l.inputs.push_back(in);
      work.roots.push_back(id);
    }
    work.layers.push_back(l);
  }
  const edge_index edges{work};
  const placement where{edges, view_of({1, 1})};
  // 1, 3, 5, 7 are urgent: in turn, as the others
  for (layer_id turn = 0; turn < 4; ++turn) {
    BOOST_TEST(where.owner({2 * turn + 1, 0}) == turn % nodes);
    BOOST_TEST(where.owner({2 * turn, 0}) == turn % nodes);
  }
}

BOOST_AUTO_TEST_SUITE_END()
