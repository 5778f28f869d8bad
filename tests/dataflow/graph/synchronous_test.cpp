#include "dataflow/graph/synchronous.hpp"
#include "serialization/buffer_pool.hpp"
#include "tests/dataflow/graph/plans.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace tern;
using namespace tern::test;

namespace {

/// A row of calls with the given predecessors of each task.
graph calls(const std::vector<std::vector<std::uint32_t>>& predecessors) {
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets.push_back(0);
  for (auto& row : predecessors) {
    edges->predecessors.insert(edges->predecessors.end(), row.begin(),
                               row.end());
    edges->offsets.push_back(edges->predecessors.size());
  }
  edges->index();
  graph g;
  g.layers.emplace_back();
  auto& l = g.layers[0];
  l.op = op_call{"f", {}};
  l.expression = "f";
  l.out.push_back(
      axis_chunks::ones(static_cast<std::int64_t>(predecessors.size())));
  l.edges = edges;
  g.roots = {0};
  return g;
}

/// f: 1 + the sum of what comes in.
task_hooks adding() {
  task_hooks hooks;
  hooks.call = [](const op_call&, const block_key&, dtype, const shape&,
                  std::span<const block> inputs) {
    double sum = 1;
    for (auto& b : inputs)
      sum += b.item();
    return block::of(sum);
  };
  return hooks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(synchronous)

BOOST_AUTO_TEST_CASE(every_task_runs_once_and_every_root_block_is_handed_over) {
  edge_index edges{lowered(slide(8, 2) + zeros({3, 3}, dtype::float64, {{1}}))};
  std::set<shape> got;
  std::int64_t steps = 0;
  synchronous_options how;
  how.sink = [&](layer_id root, const shape& index, block made) {
    BOOST_TEST(edges.is_root(root));
    BOOST_TEST(got.insert(index).second);
    BOOST_TEST(made.size() == 1);
    return result<void>{};
  };
  how.progress = [&](std::int64_t done, std::int64_t tasks) {
    BOOST_TEST(done == ++steps);
    BOOST_TEST(tasks == edges.tasks());
  };
  auto report = run_synchronously(edges, how);
  BOOST_REQUIRE(report.has_value());
  BOOST_TEST(report->tasks == edges.tasks());
  BOOST_TEST(steps == edges.tasks());
  BOOST_TEST(got.size() == 9);
}

BOOST_AUTO_TEST_CASE(explicit_graphs_get_their_inputs_by_slot) {
  // 0; 1 = f(0, 0); 2 = f(1, 0); 3 = f()
  edge_index edges{calls({{}, {0, 0}, {1, 0}, {}})};
  std::vector<double> values(4);
  synchronous_options how;
  how.hooks = adding();
  how.sink = [&](layer_id, const shape& index, block made) {
    values[static_cast<std::size_t>(index[0])] = made.item();
    return result<void>{};
  };
  BOOST_REQUIRE(run_synchronously(edges, how).has_value());
  BOOST_TEST((values == std::vector<double>{1, 3, 5, 1}));
}

BOOST_AUTO_TEST_CASE(blocks_are_dropped_with_their_last_reader) {
  // 1,000 blocks of 80 kB, 80 MB together
  auto x = random_uniform({1'000'000, 1000}, 1, dtype::float64, {{100, 100}});
  auto total = at(x, {cut(0, 10'000)}).reduce(reduction::sum, {});
  edge_index edges{lowered(total)};
  BOOST_TEST(edges.tasks() > 2000);
  auto in_use = [] {
    return buffer_pool::process().count().in_use;
  };
  auto before = in_use();
  std::uint64_t most = 0;
  synchronous_options how;
  how.progress = [&](std::int64_t, std::int64_t) {
    most = std::max(most, in_use());
  };
  auto report = run_synchronously(edges, how);
  BOOST_REQUIRE(report.has_value());
  constexpr std::size_t few = 1 << 20;
  BOOST_TEST(report->peak_bytes < few);
  BOOST_TEST(most - before < few);
  BOOST_TEST(in_use() <= before + 4096);
}

BOOST_AUTO_TEST_CASE(the_first_failure_ends_it_and_says_where) {
  edge_index edges{calls({{}, {0}, {1}})};
  synchronous_options how;
  how.hooks.call = [](const op_call&, const block_key& task, dtype,
                      const shape&, std::span<const block>) -> block {
    if (task.index == 1)
      throw std::runtime_error("no luck");
    BOOST_TEST(task.index == 0);
    return block::of(1.0);
  };
  auto report = run_synchronously(edges, how);
  BOOST_REQUIRE(!report.has_value());
  BOOST_TEST((report.error().kind == failure_kind::kernel));
  BOOST_TEST(report.error().what == "f, block (1,): no luck");
}

BOOST_AUTO_TEST_CASE(who_takes_failures_gets_one_for_each_block_that_it_lacks) {
  // 1 fails, and 2 and 4 need it
  edge_index edges{calls({{}, {0}, {1}, {0}, {2, 3}})};
  std::set<std::int64_t> ran;
  int failed = 0;
  int made = 0;
  synchronous_options how;
  how.hooks.call = [&](const op_call&, const block_key& task, dtype,
                       const shape&, std::span<const block>) -> block {
    ran.insert(task.index);
    if (task.index == 1)
      throw std::runtime_error("no luck");
    return block::of(1.0);
  };
  how.sink = [&](layer_id, const shape&, block) {
    ++made;
    return result<void>{};
  };
  how.failed = [&](layer_id, const failure& why) {
    ++failed;
    BOOST_TEST(why.what == "f, block (1,): no luck");
  };
  const auto report = run_synchronously(edges, how);
  BOOST_TEST_REQUIRE(report.has_value());
  BOOST_TEST(report->tasks == 2);
  BOOST_TEST(failed == 3);
  BOOST_TEST(made == 2);
  BOOST_TEST((ran == std::set<std::int64_t>{0, 1, 3}));
}

BOOST_AUTO_TEST_CASE(a_call_is_run_again_as_often_as_it_says) {
  auto g = calls({{}});
  std::get<op_call>(g.layers[0].op).retries = 3;
  edge_index edges{std::move(g)};
  int tries = 0;
  int enough = 4;
  synchronous_options how;
  how.hooks.call = [&](auto&&...) -> block {
    if (++tries < enough)
      throw std::runtime_error("not yet");
    return block::of(1.0);
  };
  BOOST_TEST(run_synchronously(edges, how).has_value());
  BOOST_TEST(tries == 4);
  tries = 0;
  enough = 5;
  const auto report = run_synchronously(edges, how);
  BOOST_TEST_REQUIRE(!report.has_value());
  BOOST_TEST(tries == 4);
  BOOST_TEST(report.error().what == "f, block (0,): not yet (tried 4 times)");
  tries = 0;
  how.hooks.abandoned = [&] {
    return tries == 2;
  };
  const auto given_up = run_synchronously(edges, how);
  BOOST_TEST_REQUIRE(!given_up.has_value());
  BOOST_TEST(given_up.error().what == "f, block (0,): not yet (tried 2 times)");
}

BOOST_AUTO_TEST_CASE(a_hook_may_say_what_kind_of_failure_it_is) {
  edge_index edges{calls({{}})};
  synchronous_options how;
  how.hooks.call = [](const op_call&, const block_key&, dtype, const shape&,
                      std::span<const block>) -> block {
    throw task_error({failure_kind::io, "disk gone"});
  };
  auto report = run_synchronously(edges, how);
  BOOST_REQUIRE(!report.has_value());
  BOOST_TEST((report.error().kind == failure_kind::io));
}

BOOST_AUTO_TEST_CASE(a_sink_that_fails_ends_it) {
  edge_index edges{lowered(zeros({4}, dtype::float64, {{1}}))};
  int handed = 0;
  synchronous_options how;
  how.sink = [&](layer_id, const shape&, block) -> result<void> {
    if (++handed == 2)
      return fail(failure_kind::io, "full");
    return {};
  };
  auto report = run_synchronously(edges, how);
  BOOST_REQUIRE(!report.has_value());
  BOOST_TEST(report.error().what == "full");
  BOOST_TEST(handed == 2);
}

BOOST_AUTO_TEST_CASE(who_asks_to_stop_is_heard_before_the_next_task) {
  edge_index edges{lowered(slide(8, 2))};
  std::int64_t steps = 0;
  synchronous_options how;
  how.progress = [&](std::int64_t done, std::int64_t) {
    steps = done;
  };
  how.cancelled = [&] {
    return steps == 3;
  };
  const auto report = run_synchronously(edges, how);
  BOOST_REQUIRE(!report.has_value());
  BOOST_TEST((report.error().kind == failure_kind::cancelled));
  BOOST_TEST(steps == 3);
}

BOOST_AUTO_TEST_CASE(what_nobody_can_do_is_a_failure) {
  for (auto& [name, g] : plans()) {
    edge_index edges{g};
    auto report = run_synchronously(edges, {});
    auto needs_hook = name == "read_nc" || name == "read_npy" || name == "edges"
                      || name == "maps" || name == "opaque"
                      || name == "call_options" || name == "call_resources";
    BOOST_TEST((report.has_value() != needs_hook), name);
  }
}

BOOST_AUTO_TEST_CASE(inputs_that_are_not_as_the_graph_says_are_refused) {
  auto x = random_uniform({4, 6}, 1, dtype::float64, {{2, 3}});
  edge_index edges{lowered(x + x.transpose().transpose() * 2)};
  auto task = block_key{static_cast<layer_id>(edges.layers() - 1), 0};
  auto right =
      make_source({source_kind::full, dtype::float64, 0, 0, 0, {}}, {}, {2, 3});
  auto wrong_shape =
      make_source({source_kind::full, dtype::float64, 0, 0, 0, {}}, {}, {3, 2});
  auto wrong_type =
      make_source({source_kind::full, dtype::float32, 0, 0, 0, {}}, {}, {2, 3});
  auto attempt = [&](std::vector<block> inputs) {
    return try_task(edges, task, inputs);
  };
  BOOST_TEST(attempt({right, right}).has_value());
  BOOST_TEST(!attempt({right}).has_value());
  BOOST_TEST(!attempt({right, block{}}).has_value());
  BOOST_TEST(!attempt({right, wrong_type}).has_value());
  auto refused = attempt({wrong_shape, right});
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().what.find("input 0 is not the block of")
             != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
