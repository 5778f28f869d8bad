#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/resource_places.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace tern;

namespace {

plan_view view_of(const std::vector<resource_counts>& resources,
                  std::uint32_t threads = 4) {
  plan_view v;
  for (std::size_t i = 0; i < resources.size(); ++i)
    v.places.push_back({node_id{i + 1}, threads, resources[i]});
  v.submitter = node_id{99};
  return v;
}

/// Calls of one block each, and a row of as many as `row`, which need these.
edge_index calls(const std::vector<resource_counts>& needs,
                 std::int64_t row = 0) {
  graph work;
  const auto add = [&](const resource_counts& what, std::int64_t blocks) {
    layer l;
    op_call call{"f", {}, true};
    call.resources = what;
    l.op = call;
    l.out = {axis_chunks::regular(blocks, 1)};
    l.expression = "f()";
    work.roots.push_back(static_cast<layer_id>(work.layers.size()));
    work.layers.push_back(l);
  };
  for (const auto& each : needs)
    add(each, 1);
  if (row > 0)
    add(needs.back(), row);
  return edge_index{work};
}

std::vector<int> owned(const edge_index& edges, const placement& where,
                       std::size_t nodes, const resource_counts& needs) {
  std::vector<int> count(nodes);
  for (layer_id id = 0; id < edges.layers(); ++id) {
    const auto* each = needs_of(edges.at(id));
    for (std::int64_t i = 0; i < edges.needed(id).size(); ++i)
      if (each ? *each == needs : needs.empty())
        ++count[where.owner({id, i})];
  }
  return count;
}

const resource_counts gpu{{"GPU", 1}};

std::string name(node_id who) {
  return "node " + std::to_string(who.value);
}

} // namespace

BOOST_AUTO_TEST_SUITE(resource_places_suite)

BOOST_AUTO_TEST_CASE(layers_that_need_the_same_are_of_one_kind) {
  const auto edges = calls({{}, gpu, {}, {{"GPU", 2}}, gpu});
  const resource_places places{edges, view_of({{{"GPU", 5}}, {}, gpu})};
  BOOST_TEST(places.kinds() == 3u);
  BOOST_TEST(places.kind_of(0) == 0u);
  BOOST_TEST(places.kind_of(1) == places.kind_of(4));
  BOOST_TEST(places.kind_of(3) != places.kind_of(4));
  const auto slots = [&](layer_id id) {
    return places.slots(places.kind_of(id));
  };
  using numbers = std::vector<std::uint32_t>;
  BOOST_TEST(slots(0) == (numbers{4, 4, 4}), boost::test_tools::per_element());
  BOOST_TEST(slots(1) == (numbers{4, 0, 1}), boost::test_tools::per_element());
  BOOST_TEST(slots(3) == (numbers{2, 0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(only_places_that_have_what_a_task_needs_own_it) {
  std::vector<resource_counts> needs;
  for (int i = 0; i < 30; ++i)
    needs.push_back(i % 2 == 0 ? resource_counts{} : gpu);
  const auto edges = calls(needs);
  const placement where{edges, view_of({{}, {{"GPU", 2}}, {}, gpu})};
  BOOST_TEST(owned(edges, where, 4, gpu) == (std::vector<int>{0, 10, 0, 5}),
             boost::test_tools::per_element());
  // those that need nothing are dealt out as if there were no others
  BOOST_TEST(owned(edges, where, 4, {}) == (std::vector<int>{4, 4, 4, 3}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(regions_of_long_layers_lie_on_such_places) {
  const auto edges = calls({gpu}, 90);
  const placement where{edges, view_of({{{"GPU", 2}}, {}, gpu})};
  BOOST_TEST(where.range(1, 0).second == 60);
  BOOST_TEST(where.range(1, 1).first == where.range(1, 1).second);
  BOOST_TEST(
      (where.range(1, 2) == std::pair<std::int64_t, std::int64_t>{60, 90}));
  BOOST_TEST(where.owner({1, 59}) == 0u);
  BOOST_TEST(where.owner({1, 60}) == 2u);
}

BOOST_AUTO_TEST_CASE(what_a_dead_place_had_goes_to_one_that_can_run_it) {
  const auto edges = calls({gpu}, 90);
  const auto view = view_of({gpu, {}, gpu, {}});
  plan_round round;
  round.submitter = view.submitter;
  round.exclude(node_id{1});
  auto rest = std::make_shared<const remaining_work>(
      edges, view, 7, round, std::map<node_id, census>{});
  const placement one{edges, view, rest};
  BOOST_TEST(owned(edges, one, 4, gpu) == (std::vector<int>{0, 0, 91, 0}),
             boost::test_tools::per_element());
  // when nobody is left who can, somebody has them until such a node comes
  round.exclude(node_id{3});
  rest = std::make_shared<const remaining_work>(edges, view, 7, round,
                                                std::map<node_id, census>{});
  const placement none{edges, view, rest};
  const auto count = owned(edges, none, 4, gpu);
  BOOST_TEST(count[0] + count[2] == 0);
  BOOST_TEST(count[1] + count[3] == 91);
}

BOOST_AUTO_TEST_CASE(what_nobody_has_is_refused_with_what_there_is) {
  const auto view = view_of({{{"GPU", 1}, {"licence", 2}}, {}});
  BOOST_TEST(check_resources(calls({{}, gpu}), view, name).has_value());
  // what two nodes have together is of no use
  const auto refused =
      check_resources(calls({gpu, {{"GPU", 2}, {"licence", 1}}}), view, name);
  BOOST_TEST_REQUIRE(!refused);
  BOOST_TEST((refused.error().kind == failure_kind::refused));
  BOOST_TEST(refused.error().what
             == "f(), block (0,): needs GPU=2,licence=1, which no node has: "
                "node 1 has GPU=1,licence=2, node 2 has none");
  const auto many = check_resources(
      calls({gpu}), view_of(std::vector<resource_counts>(20)), name);
  BOOST_TEST_REQUIRE(!many);
  BOOST_TEST(many.error().what.ends_with(
      "node 8 has none, and 12 others have not enough either"));
}

// From outside: nothing is as large as it says.
BOOST_AUTO_TEST_CASE(large_counts_take_no_room) {
  constexpr auto most = std::numeric_limits<std::uint32_t>::max();
  const auto edges = calls({gpu, gpu, gpu});
  const auto view = view_of({{{"GPU", most}}, {}, {{"GPU", most}}}, most);
  const placement where{edges, view};
  BOOST_TEST(owned(edges, where, 3, gpu) == (std::vector<int>{2, 0, 1}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
