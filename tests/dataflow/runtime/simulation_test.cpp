#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>

using namespace tern;

namespace {

// The suite runs a thousand seeds; TERN_TEST_FULL runs ten thousand.
std::uint64_t seeds() {
  return std::getenv("TERN_TEST_FULL") ? 10'000 : 1'000;
}

void expect_clean(const plan_simulation_options& options, std::uint64_t count) {
  const auto sum = simulate_plans(options, 1, count);
  BOOST_TEST(sum.failed == 0u,
             "seed " << sum.first_failing << ": " << sum.failure);
}

} // namespace

BOOST_AUTO_TEST_SUITE(plan_simulation_suite)

BOOST_AUTO_TEST_CASE(every_answer_equals_synchronous_while_tasks_move) {
  expect_clean({}, seeds());
}

BOOST_AUTO_TEST_CASE(every_actor_may_move_at_every_step) {
  plan_simulation_options o;
  o.rotate = true;
  expect_clean(o, seeds() / 2);
}

BOOST_AUTO_TEST_CASE(actors_of_two_nodes_come_home_at_every_second_step) {
  plan_simulation_options o;
  o.nodes = 2;
  o.rotate = true;
  expect_clean(o, seeds() / 2);
}

BOOST_AUTO_TEST_CASE(more_nodes_than_tasks_are_no_trouble) {
  plan_simulation_options o;
  o.nodes = 16;
  expect_clean(o, seeds() / 10);
}

BOOST_AUTO_TEST_CASE(a_killed_node_makes_no_answer_wrong) {
  plan_simulation_options o;
  o.kill = true;
  expect_clean(o, seeds() / 4);
}

BOOST_AUTO_TEST_CASE(rotation_moves_more_actors_than_there_are_tasks) {
  plan_simulation_options o;
  o.rotate = true;
  for (o.seed = 1; o.seed <= 20; ++o.seed) {
    const auto r = simulate_plan(o);
    BOOST_TEST(r.migrations >= r.tasks);
  }
}

BOOST_AUTO_TEST_CASE(a_run_is_a_function_of_its_seed) {
  plan_simulation_options o;
  for (o.seed = 1; o.seed <= 20; ++o.seed)
    BOOST_TEST(simulate_plan(o).hash == simulate_plan(o).hash);
}

BOOST_AUTO_TEST_CASE(an_equal_epoch_accepted_is_found) {
  plan_simulation_options o;
  o.faults.accept_equal_epoch = true;
  BOOST_TEST(simulate_plans(o, 1, 1000).failed > 0u);
}

BOOST_AUTO_TEST_CASE(a_release_counted_twice_is_found) {
  plan_simulation_options o;
  o.faults.count_releases_twice = true;
  BOOST_TEST(simulate_plans(o, 1, 1000).failed > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
