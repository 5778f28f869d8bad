#include "dataflow/runtime/analysis/critical_path.hpp"
#include "tests/dataflow/graph/random_graph.hpp"
#include "tests/dataflow/runtime/hand_trace.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <tuple>

using namespace tern;
using tern::test::graph_of;
using tern::test::hand_trace;

namespace {

using row = std::tuple<path_part, std::int64_t, std::size_t, std::int64_t,
                       std::int64_t>; ///< part, task, node, begin, end

std::vector<row> rows_of(const critical_path& path) {
  std::vector<row> rows;
  for (const auto& s : path.steps)
    rows.emplace_back(s.part, s.task.index, s.node, s.begin, s.end);
  return rows;
}

critical_path path_of(const graph& g, const hand_trace& t) {
  const edge_index edges{g};
  return find_critical_path(edges,
                            plan_history{t.content(), hand_trace::plan, edges});
}

/// The steps follow each other from the first event to the last.
void check_whole(const critical_path& path, const plan_history& history) {
  auto at = history.begin();
  std::int64_t sum = 0;
  for (const auto& s : path.steps) {
    BOOST_TEST_REQUIRE(s.begin == at);
    BOOST_TEST_REQUIRE(s.end > s.begin);
    at = s.end;
  }
  for (const auto part : path.sums)
    sum += part;
  BOOST_TEST_REQUIRE(at == history.end());
  BOOST_TEST_REQUIRE(sum == history.end() - history.begin());
}

using enum message_kind;
using enum path_part;

/// Task 2, on node 0, reads task 0, made there, and task 1 of node 1; task 3
/// reads task 2.
const graph four = graph_of({{}, {}, {0, 1}, {2}}, 1000);

hand_trace two_nodes() {
  hand_trace t{2};
  t.say(plan_submit, {1, 0}, {-1, -1}, {40, 50});
  t.run(0, 0, 0, 100, 200).run(1, 1, 0, 110, 300);
  t.say(have, {1, 0}, {1, 2}, {305, 320});
  t.say(want, {0, 1}, {-1, 1}, {325, 330});
  t.say(block_data, {1, 0}, {1, -1}, {335, 400});
  t.run(2, 0, 0, 450, 500).run(3, 0, 0, 500, 600);
  t.say(release, {1, 0}, {-1, 3}, {605, 610});
  return t;
}

} // namespace

BOOST_AUTO_TEST_SUITE(critical_paths)

BOOST_AUTO_TEST_CASE(each_nanosecond_of_a_known_run_is_told) {
  const auto path = path_of(four, two_nodes());
  const std::vector<row> expected{
      {unknown, 1, 1, 40, 110},    {computing, 1, 1, 110, 300},
      {transfer, 1, 0, 300, 320},  {queued, 2, 0, 320, 325},
      {transfer, 1, 0, 325, 400},  {queued, 2, 0, 400, 450},
      {computing, 2, 0, 450, 500}, {computing, 3, 0, 500, 600},
      {unknown, 3, 0, 600, 610}};
  BOOST_TEST((rows_of(path) == expected));
  BOOST_TEST(path.sum(computing) == 340);
  BOOST_TEST(path.sum(queued) == 55);
  BOOST_TEST(path.sum(transfer) == 95);
  BOOST_TEST(path.sum(unknown) == 80);
}

// The block of task 1 was there long before that of task 0, of the same node.
BOOST_AUTO_TEST_CASE(the_last_input_decides) {
  hand_trace t{2};
  t.run(1, 1, 0, 100, 150).say(have, {1, 0}, {1, 2}, {150, 160});
  t.run(0, 0, 0, 100, 300).run(2, 0, 0, 310, 400).run(3, 0, 1, 420, 500);
  const std::vector<row> expected{{computing, 0, 0, 100, 300},
                                  {queued, 2, 0, 300, 310},
                                  {computing, 2, 0, 310, 400},
                                  {queued, 3, 0, 400, 420},
                                  {computing, 3, 0, 420, 500}};
  BOOST_TEST((rows_of(path_of(four, t)) == expected));
}

// The block was asked for when the node had heard of the other input.
BOOST_AUTO_TEST_CASE(a_block_that_was_asked_for_late_blames_what_was_late) {
  const auto g = graph_of({{}, {}, {0, 1}}, 1000);
  hand_trace t{2};
  t.run(0, 0, 0, 0, 500);
  t.run(1, 1, 0, 0, 100).say(have, {1, 0}, {1, 2}, {100, 110});
  t.say(want, {0, 1}, {-1, 1}, {500, 510});
  t.say(block_data, {1, 0}, {1, -1}, {510, 590});
  t.run(2, 0, 0, 600, 700);
  const std::vector<row> expected{{computing, 0, 0, 0, 500},
                                  {transfer, 1, 0, 500, 590},
                                  {queued, 2, 0, 590, 600},
                                  {computing, 2, 0, 600, 700}};
  BOOST_TEST((rows_of(path_of(g, t)) == expected));
}

BOOST_AUTO_TEST_CASE(a_source_waits_for_the_threads_of_its_node) {
  const auto g = graph_of({{}, {}});
  hand_trace t{1};
  t.say(plan_submit, {0, 0}, {-1, -1}, {10, 10});
  t.run(0, 0, 0, 30, 100).run(1, 0, 0, 100, 180);
  const std::vector<row> expected{{unknown, 1, 0, 10, 30},
                                  {queued, 1, 0, 30, 100},
                                  {computing, 1, 0, 100, 180}};
  BOOST_TEST((rows_of(path_of(g, t)) == expected));
}

BOOST_AUTO_TEST_CASE(a_task_that_was_stolen_has_its_way_in_the_path) {
  const auto g = graph_of({{}, {0}});
  hand_trace t{2};
  t.run(0, 0, 0, 0, 100);
  t.say(lend, {0, 1}, {1, 1}, {150, 170});
  t.run(1, 1, 0, 175, 300);
  const std::vector<row> expected{{computing, 0, 0, 0, 100},
                                  {queued, 1, 0, 100, 150},
                                  {transfer, 1, 1, 150, 170},
                                  {queued, 1, 1, 170, 175},
                                  {computing, 1, 1, 175, 300}};
  BOOST_TEST((rows_of(path_of(g, t)) == expected));
}

BOOST_AUTO_TEST_CASE(the_way_of_the_result_is_told_as_well) {
  const auto g = graph_of({{}});
  hand_trace t{2};
  t.run(0, 0, 0, 0, 100);
  t.say(block_data, {0, 1}, {0, -1}, {105, 140});
  t.say(release, {1, 0}, {-1, 0}, {141, 150});
  const std::vector<row> expected{{computing, 0, 0, 0, 100},
                                  {transfer, 0, 1, 100, 140},
                                  {unknown, 0, 1, 140, 150}};
  BOOST_TEST((rows_of(path_of(g, t)) == expected));
}

BOOST_AUTO_TEST_CASE(a_way_without_messages_is_unknown) {
  const auto g = graph_of({{}, {0}});
  hand_trace t{2};
  t.run(0, 0, 0, 0, 100).run(1, 1, 0, 200, 300);
  const std::vector<row> expected{{computing, 0, 0, 0, 100},
                                  {unknown, 0, 1, 100, 200},
                                  {computing, 1, 1, 200, 300}};
  BOOST_TEST((rows_of(path_of(g, t)) == expected));
}

// It ran again after its node died; what read it ran after that.
BOOST_AUTO_TEST_CASE(of_two_executions_the_one_that_was_read_counts) {
  const auto g = graph_of({{}, {0}});
  hand_trace t{2};
  t.run(0, 1, 0, 0, 50).run(0, 0, 0, 100, 180).run(1, 0, 0, 180, 200);
  const auto path = path_of(g, t);
  BOOST_TEST_REQUIRE(path.steps.size() >= 2u);
  const auto& before = path.steps[path.steps.size() - 2];
  BOOST_TEST(before.begin == 100);
  BOOST_TEST((before.part == computing));
}

BOOST_AUTO_TEST_CASE(a_plan_without_a_task_that_ended_is_unknown) {
  const edge_index edges{four};
  hand_trace t{1};
  t.add(0, 0, {10, pack(block_key{0, 1}), 0, trace_kind::fired, 0, 0, 1});
  t.add(0, 0, {90, pack(block_key{0, 2}), 0, trace_kind::fired, 0, 0, 1});
  const plan_history history{t.content(), hand_trace::plan, edges};
  const auto path = find_critical_path(edges, history);
  check_whole(path, history);
  BOOST_TEST(path.sum(unknown) == 80);
  const plan_history none{hand_trace{1}.content(), hand_trace::plan, edges};
  BOOST_TEST(find_critical_path(edges, none).steps.empty());
}

// Events that never happened so, on graphs of all kinds.
BOOST_AUTO_TEST_CASE(the_sums_are_right_for_any_events) {
  constexpr message_kind kinds[] = {have, want, block_data, lend, release};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random{seed};
    test::graph_maker maker{seed};
    graph g;
    g.layers.push_back(maker.with_edges());
    g.roots = {0};
    const edge_index edges{g};
    const auto tasks = static_cast<std::uint64_t>(edges.tasks());
    const auto any = [&](std::uint64_t below) {
      return static_cast<std::int64_t>(random() % below);
    };
    hand_trace t{3};
    for (int i = 0; i < 40; ++i) {
      const auto at = random() % 1000;
      t.run(any(tasks + 2), random() % 3,
            static_cast<std::uint32_t>(random() % 2), at, at + random() % 50);
      const auto from = random() % 3;
      t.say(kinds[random() % 5], {from, (from + 1 + random() % 2) % 3},
            {any(tasks), any(tasks)}, {random() % 1000, random() % 1000});
    }
    const plan_history history{t.content(), hand_trace::plan, edges};
    check_whole(find_critical_path(edges, history), history);
  }
}

BOOST_AUTO_TEST_SUITE_END()
