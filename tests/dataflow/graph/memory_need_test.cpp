#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/memory_need.hpp"
#include "dataflow/graph/synchronous.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

namespace {

edge_index plan_of(const array& a) {
  return edge_index{test::lowered(a)};
}

// 24 blocks, ragged ones among them: 9, 9, ... and 6 rows of 7, 7, ..., 5.
array ragged() {
  return random_uniform({42, 33}, 1, dtype::float64, {{9, 7}}).named("x");
}

} // namespace

BOOST_AUTO_TEST_SUITE(memory_needs)

BOOST_AUTO_TEST_CASE(one_after_the_other_takes_what_synchronous_takes) {
  const auto x = ragged();
  for (const auto& a :
       {x.reduce(reduction::sum, {}), x - x.reduce(reduction::sum, {}),
        x.dot(x.transpose()), x.cumsum(0), x}) {
    const auto edges = plan_of(a);
    const auto done = run_synchronously(edges, {});
    BOOST_TEST_REQUIRE(done.has_value());
    BOOST_TEST(project_memory(edges).peak == done->peak_bytes);
  }
}

BOOST_AUTO_TEST_CASE(what_is_kept_stays) {
  const auto edges = plan_of(ragged());
  memory_question kept;
  kept.keeps_roots = true;
  BOOST_TEST(project_memory(edges, kept).peak == 42u * 33 * 8);
  BOOST_TEST(project_memory(edges).peak == 9u * 7 * 8);
}

// Four nodes have eight rows of blocks and want eight columns: of each row a
// node reads a quarter, and has one already.
BOOST_AUTO_TEST_CASE(parts_of_blocks_are_all_that_moves) {
  const auto x = random_uniform({64, 64}, 1, dtype::float64, {{8, 64}});
  const auto edges = plan_of(x.cumsum(1).rechunk({{64, 8}}));
  memory_question four;
  four.nodes = 4;
  four.owner = [](const block_key& key) {
    return static_cast<std::size_t>(key.index / 2);
  };
  const auto fetched = [&](std::uint64_t least) {
    four.least_part = least;
    std::uint64_t sum = 0;
    for (const auto& node : project_memory(edges, four).nodes)
      sum += node.fetched;
    return sum;
  };
  constexpr std::uint64_t all = 64 * 64 * 8;
  BOOST_TEST(fetched(1) == all * 3 / 4);
  BOOST_TEST(fetched(least_part_bytes) == all * 3);
}

// Two nodes read all of x: each gets its own half and a copy of the other.
BOOST_AUTO_TEST_CASE(copies_count_where_they_are) {
  const auto x = ragged();
  const auto edges = plan_of(x.dot(x.transpose()));
  memory_question two;
  two.nodes = 2;
  two.owner = [](const block_key& key) {
    return static_cast<std::size_t>(key.index % 2);
  };
  const auto alone = project_memory(edges);
  const auto each = project_memory(edges, two);
  BOOST_TEST(each.peak > alone.peak / 2);
  BOOST_TEST(each.peak <= alone.peak);
  BOOST_TEST(each.largest_task == alone.largest_task);
  BOOST_TEST(each.nodes[0].tasks + each.nodes[1].tasks
             == static_cast<std::uint64_t>(edges.tasks()));
  BOOST_TEST(std::max(each.nodes[0].peak, each.nodes[1].peak) == each.peak);
  BOOST_TEST(each.nodes[0].fetched > 0u);
  BOOST_TEST(alone.nodes[0].fetched == 0u);
}

BOOST_AUTO_TEST_CASE(a_limit_has_room_for_every_thread_and_any_task) {
  memory_need need;
  need.peak = 100;
  need.largest_block = 10;
  need.largest_task = 110;
  BOOST_TEST(need.limit(1) == 110u);
  BOOST_TEST(need.limit(3) == 120u);
}

// Tasks fill up to four fifths of it, beside what is never spilled.
BOOST_AUTO_TEST_CASE(with_a_disk_it_has_room_for_the_tasks_that_run) {
  memory_need need;
  need.peak = 1000;
  need.peak_small = 20;
  need.largest_block = 10;
  need.largest_task = 30;
  BOOST_TEST(need.limit_with_disk(1) >= 50u * 5 / 4);
  BOOST_TEST(need.limit_with_disk(1) < 75u);
  BOOST_TEST(need.limit_with_disk(2) >= 80u * 5 / 4);
  need.peak = 40; // no need for a disk
  BOOST_TEST(need.limit_with_disk(1) == need.limit(1));
}

BOOST_AUTO_TEST_CASE(blocks_that_stay_in_memory_count_apart) {
  const auto x = ragged();
  const auto edges = plan_of(x.dot(x.transpose()));
  memory_question question;
  BOOST_TEST(project_memory(edges, question).peak_small == 0u);
  question.spills_above = 1u << 30;
  const auto all = project_memory(edges, question);
  BOOST_TEST(all.peak_small == all.peak);
}

BOOST_AUTO_TEST_CASE(sizes_are_written_as_they_are_read) {
  BOOST_TEST(size_text(0) == "0");
  BOOST_TEST(size_text(999) == "999");
  BOOST_TEST(size_text(1000) == "1kB");
  BOOST_TEST(size_text(1001) == "1.01kB"); // never less
  BOOST_TEST(size_text(340'000'000) == "340MB");
  BOOST_TEST(size_text(1'250'000'000) == "1.25GB");
}

BOOST_AUTO_TEST_SUITE_END()
