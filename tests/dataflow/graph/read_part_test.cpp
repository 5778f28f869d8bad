#include "dataflow/array/array.hpp"
#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/read_part.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace tern;

namespace {

array counted(std::int64_t rows, std::int64_t columns, const chunk_spec& cut) {
  return reshape(arange(std::int64_t{0}, rows * columns, std::int64_t{1}, {},
                        {{rows * columns}}),
                 {rows, columns})
      .rechunk(cut);
}

/// The blocks of all tasks, from whole inputs.
std::map<block_key, block> run_all(const edge_index& edges) {
  std::map<block_key, block> made;
  for (layer_id id = 0; id < edges.layers(); ++id)
    for (std::int64_t i = 0; i < edges.needed(id).size(); ++i) {
      const auto key = edges.at_rank(id, i);
      std::vector<block> inputs(edges.slots(key));
      edges.each_input(key, [&](std::uint32_t slot, const block_key& from) {
        inputs[slot] = made.at(from);
      });
      made[key] = run_task(edges, key, inputs);
    }
  return made;
}

/// How many tasks gave the same from parts alone; each that reads some does.
std::size_t equal_from_parts(const array& a) {
  const edge_index edges{test::lowered(a)};
  const auto made = run_all(edges);
  std::size_t tasks = 0;
  for (const auto& [key, whole] : made) {
    std::vector<block> inputs(edges.slots(key));
    bool some = false;
    edges.each_input(key, [&](std::uint32_t slot, const block_key& from) {
      const auto part = part_in_slot(edges, key, slot);
      inputs[slot] = part ? cut_out(made.at(from), *part) : made.at(from);
      some = some || part;
    });
    if (!some)
      continue;
    ++tasks;
    const auto again = run_task(edges, key, inputs);
    BOOST_TEST_REQUIRE(again.shape() == whole.shape());
    BOOST_TEST(std::ranges::equal(again.payload(), whole.payload()));
  }
  return tasks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(read_parts)

BOOST_AUTO_TEST_CASE(a_task_makes_the_same_of_parts) {
  const auto x = counted(23, 17, {{5, 17}});
  BOOST_TEST(equal_from_parts(x.rechunk({{23, 4}})) >= 5u);
  BOOST_TEST(equal_from_parts(x.rechunk({{7, 6}}).rechunk({{3, 8}})) >= 12u);
  const array several[] = {x, x, counted(23, 17, {{4, 3}})};
  BOOST_TEST(equal_from_parts(concatenate(several, 0)) > 0u);
  BOOST_TEST(equal_from_parts(concatenate(several, 1).rechunk({{2, 50}})) > 0u);
}

BOOST_AUTO_TEST_CASE(a_part_is_where_the_graph_says) {
  const edge_index edges{
      test::lowered(random_uniform({20, 12}, 1, dtype::float64, {{5, 12}})
                        .cumsum(1)
                        .rechunk({{20, 4}}))};
  const auto last = static_cast<layer_id>(edges.layers() - 1);
  const auto from = edges.at(last).inputs[0].from;
  const auto part = part_in_slot(edges, {last, 2}, 3);
  BOOST_TEST_REQUIRE(part.has_value());
  BOOST_TEST((part->start == shape{0, 8}));
  BOOST_TEST((part->extent == shape{5, 4}));
  BOOST_TEST((part->to == shape{15, 0}));
  BOOST_TEST(bytes_of_part(edges, {last, 2}, 3, {from, 3}, 160).value()
             == 160u);
  BOOST_TEST(!bytes_of_part(edges, {last, 2}, 3, {from, 3}, 161));
}

BOOST_AUTO_TEST_CASE(who_reads_all_or_is_nobody_reads_no_part) {
  const auto x =
      random_uniform({20, 12}, 1, dtype::float64, {{5, 12}}).cumsum(1);
  const edge_index edges{test::lowered(x.rechunk({{20, 4}}))};
  const auto last = static_cast<layer_id>(edges.layers() - 1);
  BOOST_TEST(!part_in_slot(edges, {last, 2}, 4));
  BOOST_TEST(!part_in_slot(edges, {last, 3}, 0));
  BOOST_TEST(!part_in_slot(edges, {last, -1}, 0));
  BOOST_TEST(!part_in_slot(edges, {last + 1, 0}, 0));
  BOOST_TEST(!part_in_slot(edges, {0, 0}, 0));
  const edge_index sums{test::lowered(x.reduce(reduction::sum, {}))};
  for (layer_id id = 0; id < sums.layers(); ++id)
    BOOST_TEST(!part_in_slot(sums, {id, 0}, 0));
  // more than half of the block
  const auto from = edges.at(last).inputs[0].from;
  const edge_index wide{test::lowered(x.rechunk({{20, 7}}))};
  BOOST_TEST(!bytes_of_part(wide, {last, 0}, 0, {from, 0}, 1));
  BOOST_TEST(bytes_of_part(wide, {last, 1}, 0, {from, 0}, 1).has_value());
}

BOOST_AUTO_TEST_CASE(a_part_that_leaves_its_block_is_refused) {
  const auto data = block::of(1.0);
  BOOST_CHECK_THROW(cut_out(data, {{0}, {1}, {0}}), std::invalid_argument);
  block_builder row{dtype::float64, {4}};
  const auto four = row.finish();
  BOOST_CHECK_THROW(cut_out(four, {{2}, {3}, {0}}), std::invalid_argument);
  BOOST_CHECK_THROW(cut_out(four, {{-1}, {3}, {0}}), std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
