#include "dataflow/runtime/analysis/plan_difference.hpp"
#include "dataflow/runtime/held_call.hpp"
#include "tests/dataflow/graph/plans.hpp"
#include "tests/dataflow/runtime/hand_trace.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using tern::test::graph_of;
using tern::test::hand_trace;

namespace {

constexpr std::array<bool, task_aspects> all_aspects{true, true, true, true};
const std::vector<std::size_t> numbers{0, 1};

plan_difference
compare(const graph& g, const hand_trace& a, const hand_trace& b,
        const std::array<bool, task_aspects>& heeded = all_aspects) {
  const edge_index edges{g};
  const plan_history x{a.content(), hand_trace::plan, edges};
  const plan_history y{b.content(), hand_trace::plan, edges};
  return compare_runs(edges, {x, numbers}, {y, numbers}, heeded);
}

/// Two sources, their sum, and what reads that.
const graph four = graph_of({{}, {}, {0, 1}, {2}});

hand_trace good() {
  return hand_trace{2}
      .run(0, 0, 0, 0, 100)
      .run(1, 0, 1, 0, 200)
      .run(2, 0, 0, 200, 250)
      .run(3, 0, 0, 250, 300);
}

std::size_t differing(const plan_difference& d, task_aspect aspect) {
  return d.differing[static_cast<std::size_t>(aspect)];
}

} // namespace

BOOST_AUTO_TEST_SUITE(plan_differences)

BOOST_AUTO_TEST_CASE(other_times_and_threads_are_no_difference) {
  const auto slow = hand_trace{2}
                        .run(0, 0, 1, 5000, 6000)
                        .run(1, 0, 0, 5000, 6100)
                        .run(2, 0, 1, 6200, 6201)
                        .run(3, 0, 1, 8000, 9000);
  const auto found = compare(four, good(), slow);
  BOOST_TEST(found.tasks == 4u);
  BOOST_TEST(!found.first.has_value());
}

// All that comes after the failure differs as well, and is not what is told.
BOOST_AUTO_TEST_CASE(the_first_failure_is_told_and_not_what_came_of_it) {
  const auto bad = hand_trace{2}
                       .run(0, 0, 0, 0, 100)
                       .run(1, 0, 1, 0, 200, trace_kind::failed);
  const auto found = compare(four, good(), bad);
  BOOST_TEST_REQUIRE(found.first.has_value());
  BOOST_TEST(found.first->task.index == 1);
  BOOST_TEST((found.first->what == task_aspect::outcome));
  BOOST_TEST(!found.first->a.failed);
  BOOST_TEST(found.first->b.failed);
  BOOST_TEST(differing(found, task_aspect::outcome) == 3u);
  BOOST_TEST((compare(four, bad, good()).first->task.index == 1));
}

BOOST_AUTO_TEST_CASE(a_task_on_another_node_is_a_difference_of_place) {
  const auto moved = hand_trace{2}
                         .run(0, 0, 0, 0, 100)
                         .run(1, 1, 0, 0, 200)
                         .run(2, 0, 0, 200, 250)
                         .run(3, 0, 0, 250, 300);
  const auto found = compare(four, good(), moved);
  BOOST_TEST_REQUIRE(found.first.has_value());
  BOOST_TEST(found.first->task.index == 1);
  BOOST_TEST((found.first->what == task_aspect::place));
  BOOST_TEST(found.first->b.node == 1u);
  BOOST_TEST(!compare(four, good(), moved, {true, true, false, true})
                  .first.has_value());
}

BOOST_AUTO_TEST_CASE(inputs_that_came_the_other_way_round_are_a_difference) {
  const auto turned = hand_trace{2}
                          .run(0, 0, 0, 0, 200)
                          .run(1, 0, 1, 0, 100)
                          .run(2, 0, 0, 200, 250)
                          .run(3, 0, 0, 250, 300);
  const auto found = compare(four, good(), turned);
  BOOST_TEST_REQUIRE(found.first.has_value());
  BOOST_TEST(found.first->task.index == 2);
  BOOST_TEST((found.first->what == task_aspect::order));
  BOOST_TEST(found.first->a.order == (std::vector<std::uint32_t>{0, 1}),
             boost::test_tools::per_element());
  BOOST_TEST(found.first->b.order == (std::vector<std::uint32_t>{1, 0}),
             boost::test_tools::per_element());
  BOOST_TEST(!compare(four, good(), turned, {true, true, true, false})
                  .first.has_value());
}

BOOST_AUTO_TEST_CASE(a_task_that_ran_twice_is_a_difference_of_count) {
  auto twice = good();
  twice.run(0, 1, 0, 110, 190);
  const auto found = compare(four, good(), twice, {true, true, false, false});
  BOOST_TEST_REQUIRE(found.first.has_value());
  BOOST_TEST((found.first->what == task_aspect::count));
  BOOST_TEST(found.first->a.count == 1u);
  BOOST_TEST(found.first->b.count == 2u);
}

// Two branches part; neither is the cause of the other.
BOOST_AUTO_TEST_CASE(of_two_causes_the_one_that_began_first_is_told) {
  const auto g = graph_of({{}, {}, {0}, {1}});
  const auto a = hand_trace{2}
                     .run(0, 0, 0, 50, 100)
                     .run(1, 0, 0, 10, 20)
                     .run(2, 0, 0, 100, 120)
                     .run(3, 0, 0, 20, 30);
  const auto b = hand_trace{2}
                     .run(0, 1, 0, 50, 100)
                     .run(1, 1, 0, 10, 20)
                     .run(2, 0, 0, 100, 120)
                     .run(3, 0, 0, 20, 30);
  BOOST_TEST(compare(g, a, b).first.value().task.index == 1);
}

BOOST_AUTO_TEST_CASE(every_plan_is_the_same_as_itself_and_as_no_other) {
  const auto all = test::plans();
  for (const auto& [name, g] : all) {
    BOOST_TEST(!first_other_layer(g, g).has_value(), name);
    for (const auto& [other_name, other] : all)
      BOOST_TEST(
          (first_other_layer(g, other).has_value() || name == other_name),
          name + ", " + other_name);
  }
}

BOOST_AUTO_TEST_CASE(the_first_layer_that_differs_is_named) {
  auto g = test::lowered(test::slide(8, 2));
  auto changed = g;
  changed.layers[2].type = dtype::float32;
  BOOST_TEST(first_other_layer(g, changed).value() == 2u);
  auto longer = g;
  longer.layers.push_back(longer.layers.back());
  BOOST_TEST(first_other_layer(g, longer).value() == g.layers.size());
  auto renamed = g;
  renamed.layers[0].expression = "another name";
  BOOST_TEST(!first_other_layer(g, renamed).has_value());
  BOOST_TEST(first_other_layer(four, graph_of({{}, {}, {1, 0}, {2}})).value()
             == 0u);
}

BOOST_AUTO_TEST_CASE(arrays_that_a_session_held_are_taken_for_the_same) {
  graph a;
  a.layers.emplace_back();
  a.roots = {0};
  auto b = a;
  a.layers[0].op = encode(held_call{1, 2, {node_id{3}}});
  b.layers[0].op = encode(held_call{9, 2, {node_id{8}}});
  BOOST_TEST(!first_other_layer(a, b).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
