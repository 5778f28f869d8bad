#include "bench/graph_shapes.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <stdexcept>

using namespace tern::bench;

namespace {

std::vector<std::size_t> readers_of(const timed_graph& tasks) {
  std::vector<std::size_t> readers(tasks.size());
  for (const auto& task : tasks)
    for (const auto input : task.reads)
      ++readers[input];
  return readers;
}

auto sources_in(const timed_graph& tasks) {
  return std::ranges::count_if(tasks,
                               [](auto& task) { return task.reads.empty(); });
}

auto ends_in(const timed_graph& tasks) {
  return std::ranges::count(readers_of(tasks), 0u);
}

} // namespace

BOOST_AUTO_TEST_SUITE(made_graphs)

BOOST_AUTO_TEST_CASE(what_a_task_reads_comes_before_it_and_once) {
  for (const auto& shape : graph_shapes())
    for (const std::size_t n : {16u, 100u, 1000u}) {
      const auto tasks = make_shape(shape, n, n);
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        const auto& reads = tasks[i].reads;
        BOOST_TEST_INFO(shape << ", " << n << " tasks, task " << i);
        BOOST_REQUIRE(
            std::ranges::all_of(reads, [i](auto input) { return input < i; }));
        BOOST_REQUIRE(std::set(reads.begin(), reads.end()).size()
                      == reads.size());
      }
    }
}

BOOST_AUTO_TEST_CASE(there_are_about_as_many_tasks_as_asked_for) {
  for (const auto& shape : graph_shapes())
    for (const std::size_t n : {16u, 100u, 1000u}) {
      BOOST_TEST_INFO(shape << ", " << n << " tasks");
      const auto found = make_shape(shape, n, 1).size();
      BOOST_TEST(found > n * 3 / 4);
      BOOST_TEST(found <= n + 1);
    }
}

BOOST_AUTO_TEST_CASE(a_seed_gives_one_graph_and_another_seed_another) {
  for (const auto& shape : graph_shapes()) {
    BOOST_TEST_INFO(shape);
    BOOST_TEST((make_shape(shape, 100, 5) == make_shape(shape, 100, 5)));
    BOOST_TEST((make_shape(shape, 100, 5) != make_shape(shape, 100, 6)));
  }
}

BOOST_AUTO_TEST_CASE(a_fan_out_has_one_beginning_and_one_end) {
  const auto tasks = make_shape("fan-out", 100, 3);
  BOOST_TEST(sources_in(tasks) == 1);
  BOOST_TEST(ends_in(tasks) == 1);
  const auto widest = std::ranges::max(readers_of(tasks));
  BOOST_TEST(widest == 24u);
  BOOST_TEST(tasks.back().reads.size() == widest);
}

BOOST_AUTO_TEST_CASE(pipelines_have_nothing_to_do_with_each_other) {
  const auto tasks = make_shape("pipelines", 96, 3);
  BOOST_TEST(sources_in(tasks) == 12);
  BOOST_TEST(ends_in(tasks) == 12);
  BOOST_TEST(std::ranges::max(readers_of(tasks)) == 1u);
}

BOOST_AUTO_TEST_CASE(a_tree_reads_everything_once) {
  const auto tasks = make_shape("tree", 99, 3);
  BOOST_TEST(sources_in(tasks) == 50);
  auto readers = readers_of(tasks);
  BOOST_TEST(readers.back() == 0u);
  readers.pop_back();
  BOOST_TEST(std::ranges::all_of(readers, [](auto n) { return n == 1; }));
}

BOOST_AUTO_TEST_CASE(a_layer_reads_only_the_one_before_it) {
  const auto tasks = make_shape("layered", 240, 3);
  std::set<std::size_t> numbers_of_inputs;
  for (std::size_t i = 24; i < tasks.size(); ++i) {
    numbers_of_inputs.insert(tasks[i].reads.size());
    for (const auto input : tasks[i].reads)
      BOOST_TEST(input / 24 + 1 == i / 24);
  }
  BOOST_TEST((numbers_of_inputs == std::set<std::size_t>{1, 2, 3}));
}

// exp(0.18) is the mean of a lognormal distribution with 0 and 0.6.
BOOST_AUTO_TEST_CASE(times_are_uneven_and_of_the_promised_mean) {
  const auto tasks = make_shape("pipelines", 10'000, 11);
  BOOST_TEST(work_in(tasks) / static_cast<double>(tasks.size())
                 == std::exp(0.18),
             boost::test_tools::tolerance(0.02));
  const auto [shortest, longest] =
      std::ranges::minmax(tasks, {}, &timed_task::seconds);
  BOOST_TEST(shortest.seconds > 0);
  BOOST_TEST(longest.seconds > 20 * shortest.seconds);
}

BOOST_AUTO_TEST_CASE(another_name_is_refused) {
  BOOST_CHECK_THROW(make_shape("star", 100, 1), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
