#include "bench/graph_shapes.hpp"
#include "bench/list_schedule.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>

using namespace tern::bench;

namespace {

const auto close_enough = boost::test_tools::tolerance(1e-12);

} // namespace

BOOST_AUTO_TEST_SUITE(list_schedules)

BOOST_AUTO_TEST_CASE(nothing_takes_no_time) {
  BOOST_TEST(list_schedule({}, 8) == 0);
  BOOST_TEST(schedule_bound({}, 8) == 0);
}

BOOST_AUTO_TEST_CASE(a_chain_takes_the_sum_on_any_number_of_machines) {
  const timed_graph chain{{1, {}}, {2, {0}}, {4, {1}}};
  BOOST_TEST(list_schedule(chain, 1) == 7, close_enough);
  BOOST_TEST(list_schedule(chain, 8) == 7, close_enough);
  BOOST_TEST(schedule_bound(chain, 8) == 7, close_enough);
}

BOOST_AUTO_TEST_CASE(remaining_paths_go_by_the_longest_way) {
  // 0 -> 1 -> 3 and 0 -> 2 -> 3
  const timed_graph diamond{{1, {}}, {2, {0}}, {5, {0}}, {1, {1, 2}}};
  const std::vector<double> expected{7, 3, 6, 1};
  BOOST_TEST(remaining_paths(diamond) == expected,
             boost::test_tools::per_element());
}

// 3 before 2 and 2: with the 3 at the end it would take 5.
BOOST_AUTO_TEST_CASE(the_longest_of_free_tasks_goes_first) {
  const timed_graph tasks{{2, {}}, {2, {}}, {3, {}}};
  BOOST_TEST(list_schedule(tasks, 2) == 4, close_enough);
  BOOST_TEST(schedule_bound(tasks, 2) == 3.5, close_enough);
}

// The short task 2 is first because of what waits for it.
BOOST_AUTO_TEST_CASE(a_long_way_that_is_left_counts_as_its_beginning_does) {
  const timed_graph tasks{{4, {}}, {4, {}}, {1, {}}, {6, {2}}};
  BOOST_TEST(list_schedule(tasks, 2) == 8, close_enough);
}

// The nine tasks of Graham's anomalies (SIAM J. Appl. Math. 17, 1969).
BOOST_AUTO_TEST_CASE(a_machine_waits_until_inputs_are_there) {
  // 0: 3; 1 ... 3: 2, 2, 2; 4 ... 7 read 3: 4, 4, 4, 4; 8 reads 0: 9
  const timed_graph tasks{{3, {}},  {2, {}},  {2, {}},  {2, {}}, {4, {3}},
                          {4, {3}}, {4, {3}}, {4, {3}}, {9, {0}}};
  BOOST_TEST(list_schedule(tasks, 3) == 12, close_enough);
  BOOST_TEST(schedule_bound(tasks, 3) == 12, close_enough);
}

BOOST_AUTO_TEST_CASE(tasks_without_length_hold_nobody_up) {
  const timed_graph tasks{{0, {}}, {0, {0}}, {1, {1}}, {0, {2}}, {1, {}}};
  BOOST_TEST(list_schedule(tasks, 2) == 1, close_enough);
}

// Graham's bound: no list schedule takes twice as long as the best one.
BOOST_AUTO_TEST_CASE(made_graphs_lie_between_the_bound_and_twice_of_it) {
  for (const auto& shape : graph_shapes())
    for (std::uint64_t seed = 0; seed < 20; ++seed)
      for (const unsigned machines : {1u, 3u, 8u}) {
        const auto tasks = make_shape(shape, 100, seed);
        const auto bound = schedule_bound(tasks, machines);
        const auto found = list_schedule(tasks, machines);
        BOOST_TEST_INFO(shape << ", seed " << seed << ", " << machines);
        BOOST_TEST(found >= bound * (1 - 1e-12));
        BOOST_TEST(found < 2 * bound);
      }
}

BOOST_AUTO_TEST_CASE(one_machine_takes_all_of_the_work) {
  const auto tasks = make_shape("layered", 200, 7);
  BOOST_TEST(list_schedule(tasks, 1) == work_in(tasks),
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_CASE(tasks_are_numbered_by_what_is_left) {
  // 0 -> 1 (no length) -> 3, and 2 alone
  const timed_graph tasks{{0, {}}, {0, {0}}, {5, {}}, {2, {1}}};
  const timed_graph expected{{5, {}}, {0, {}}, {0, {1}}, {2, {2}}};
  BOOST_TEST((by_remaining_path(tasks) == expected));
}

BOOST_AUTO_TEST_CASE(numbers_change_neither_order_nor_schedule) {
  for (const auto& shape : graph_shapes()) {
    const auto tasks = make_shape(shape, 200, 9);
    const auto sorted = by_remaining_path(tasks);
    BOOST_TEST_INFO(shape);
    BOOST_TEST(list_schedule(sorted, 8) == list_schedule(tasks, 8),
               close_enough);
    const auto paths = remaining_paths(sorted);
    BOOST_TEST(std::ranges::is_sorted(paths, std::greater<>{}));
    for (std::size_t i = 0; i < sorted.size(); ++i)
      for (const auto input : sorted[i].reads)
        BOOST_TEST(input < i);
  }
}

BOOST_AUTO_TEST_CASE(a_schedule_is_scaled_with_its_tasks) {
  const auto tasks = make_shape("tree", 200, 7);
  BOOST_TEST(list_schedule(scaled(tasks, 0.25), 8)
                 == list_schedule(tasks, 8) / 4,
             boost::test_tools::tolerance(1e-9));
}

BOOST_AUTO_TEST_SUITE_END()
