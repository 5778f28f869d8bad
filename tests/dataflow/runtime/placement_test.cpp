#include "dataflow/array/array.hpp"
#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/region.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <set>

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

BOOST_AUTO_TEST_SUITE_END()
