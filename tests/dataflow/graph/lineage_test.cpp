#include "dataflow/graph/lineage.hpp"
#include "dataflow/graph/synchronous.hpp"
#include "tests/dataflow/graph/hand_graph.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace tern;
using namespace tern::test;

namespace {

std::vector<std::byte> bytes_of(const block& b) {
  return {b.payload().begin(), b.payload().end()};
}

/// 1 + the sum of what comes in.
task_hooks adding(int* calls = nullptr) {
  task_hooks hooks;
  hooks.call = [calls](const op_call&, const block_key&, dtype, const shape&,
                       std::span<const block> inputs) {
    if (calls)
      ++*calls;
    double sum = 1;
    for (const auto& b : inputs)
      sum += b.item();
    return block::of(sum);
  };
  return hooks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(lineages)

BOOST_AUTO_TEST_CASE(a_lineage_has_all_that_is_needed_and_nothing_else) {
  const edge_index edges{graph_of({{}, {0}, {}, {1, 2}, {2}, {3, 3, 1}})};
  const auto all = lineage_of(edges, {0, 5}, 100);
  BOOST_TEST_REQUIRE(all.has_value());
  std::set<std::int64_t> before;
  for (const auto& task : *all) {
    edges.each_input(task, [&](std::uint32_t, const block_key& from) {
      BOOST_TEST(before.contains(from.index));
    });
    BOOST_TEST(before.insert(task.index).second);
  }
  BOOST_TEST((before == std::set<std::int64_t>{0, 1, 2, 3, 5}));
  BOOST_TEST(all->back().index == 5);
}

BOOST_AUTO_TEST_CASE(a_long_chain_is_walked_and_a_limit_is_kept) {
  std::vector<std::vector<std::uint32_t>> chain{{}};
  for (std::uint32_t i = 0; i < 200'000; ++i)
    chain.push_back({i});
  const edge_index edges{graph_of(chain)};
  BOOST_TEST(lineage_of(edges, {0, 200'000}, 1'000'000)->size() == 200'001u);
  const auto refused = lineage_of(edges, {0, 200'000}, 1000);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().kind == failure_kind::refused));
  int calls = 0;
  const auto made = remake(edges, {0, 1000}, {adding(&calls), {}});
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(made->item() == 1001.0);
  BOOST_TEST(calls == 1001);
}

// Of every plan every block, against the scheduler that is the oracle.
BOOST_AUTO_TEST_CASE(a_remade_block_has_the_bits_of_the_run) {
  for (const auto& [name, g] : plans()) {
    const bool reads_files = std::ranges::any_of(g.layers, [](const layer& l) {
      return std::holds_alternative<op_read_nc>(l.op)
             || std::holds_alternative<op_read_npy>(l.op)
             || std::holds_alternative<op_call>(l.op);
    });
    if (reads_files)
      continue;
    const edge_index edges{g};
    int compared = 0;
    synchronous_options how;
    how.sink = [&](layer_id root, const shape& index,
                   block made) -> result<void> {
      const block_key key{root, linear_of(edges.grid_of(root), index)};
      const auto again = remake(edges, key, {});
      BOOST_TEST_REQUIRE(again.has_value(), name);
      BOOST_TEST((again->type() == made.type()), name);
      BOOST_TEST((again->shape() == made.shape()), name);
      BOOST_TEST((bytes_of(*again) == bytes_of(made)), name);
      ++compared;
      return {};
    };
    BOOST_TEST_REQUIRE(run_synchronously(edges, how).has_value(), name);
    BOOST_TEST(compared > 0, name);
  }
}

BOOST_AUTO_TEST_CASE(the_inputs_are_shown_right_before_the_task_runs) {
  const edge_index edges{graph_of({{}, {0}, {0, 1}})};
  int calls = 0;
  std::vector<double> seen;
  lineage_options how;
  how.hooks = adding(&calls);
  how.before = [&](std::span<const block> inputs) {
    BOOST_TEST(calls == 2);
    for (const auto& b : inputs)
      seen.push_back(b.item());
  };
  const auto made = remake(edges, {0, 2}, how);
  BOOST_TEST_REQUIRE(made.has_value());
  BOOST_TEST(calls == 3);
  BOOST_TEST(seen == (std::vector<double>{1, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(made->item() == 4.0);
}

BOOST_AUTO_TEST_CASE(the_first_failure_is_that_of_the_whole) {
  const edge_index edges{graph_of({{}, {0}})};
  const auto made = remake(edges, {0, 1}, {});
  BOOST_TEST_REQUIRE(!made.has_value());
  BOOST_TEST(made.error().what.find("nobody here knows the function nothing")
                 != std::string::npos,
             made.error().what);
}

BOOST_AUTO_TEST_SUITE_END()
