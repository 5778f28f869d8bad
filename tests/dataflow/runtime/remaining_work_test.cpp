#include "dataflow/array/array.hpp"
#include "dataflow/array/functions.hpp"
#include "dataflow/array/operators.hpp"
#include "dataflow/graph/edges.hpp"
#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/plan_rounds.hpp"
#include "dataflow/runtime/remaining_work.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>

using namespace tern;
using part = remaining_work::part;

namespace {

constexpr node_id session{9};

plan_view nodes(std::size_t n) {
  plan_view v;
  for (std::size_t i = 0; i < n; ++i)
    v.places.push_back({node_id{i + 1}, 1});
  v.submitter = session;
  return v;
}

plan_round without(std::initializer_list<std::uint64_t> dead) {
  plan_round r;
  r.submitter = session;
  for (auto who : dead)
    r.exclude(node_id{who});
  return r;
}

// 64 blocks of a source, 64 of a map over them, one sum of all.
edge_index chain() {
  const auto x = random_uniform({64}, 1, dtype::float64, {{1}});
  const array roots[] = {(x + 1).sum()};
  return edge_index{lower(roots)};
}

layer_id source_of(const edge_index& edges) {
  for (layer_id id = 0; id < edges.layers(); ++id)
    if (edges.needed(id).size() == 64 && edges.slots({id, 0}) == 0)
      return id;
  return 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(remaining_work_suite)

BOOST_AUTO_TEST_CASE(with_nothing_left_all_is_to_be_done_again) {
  const auto edges = chain();
  const remaining_work rest{edges, nodes(3), 1, without({2}), {}};
  BOOST_TEST(rest.tasks() == edges.tasks());
  BOOST_TEST(!rest.has_run({source_of(edges), 0})); // nobody knows of any
}

BOOST_AUTO_TEST_CASE(a_block_that_exists_cuts_what_is_behind_it) {
  const auto edges = chain();
  const auto source = source_of(edges);
  census one;
  // the readers of the first half of the sources are done
  std::vector<block_key> readers;
  for (std::int64_t i = 0; i < 32; ++i)
    edges.each_consumer({source, i}, [&](std::uint32_t, const consumer& c) {
      readers.push_back(c.task);
    });
  one.held = runs_of(readers);
  const remaining_work rest{
      edges, nodes(2), 1, without({2}), {{node_id{1}, one}}};
  BOOST_TEST(rest.tasks() == edges.tasks() - 64);
  for (std::int64_t i = 0; i < 64; ++i)
    BOOST_TEST((rest.of({source, i}) == (i < 32 ? part::none : part::runs)));
  for (const auto& key : readers) {
    BOOST_TEST((rest.of(key) == part::kept));
    BOOST_TEST(rest.owner(key, 1) == 0); // its holder
  }
}

BOOST_AUTO_TEST_CASE(roots_that_have_arrived_are_not_made_again) {
  const auto edges = chain();
  const auto root = edges.source().roots.front();
  census mine;
  mine.roots = {{root, 0, 1}};
  const remaining_work rest{
      edges, nodes(2), 1, without({2}), {{session, mine}}};
  BOOST_TEST(rest.tasks() == 0);
  BOOST_TEST(!rest.is_wanted({root, 0}));
}

BOOST_AUTO_TEST_CASE(a_kernel_that_runs_is_waited_for_where_it_runs) {
  const auto edges = chain();
  const auto source = source_of(edges);
  census two;
  two.running = {{source, 5, 6}};
  two.ran = {{source, 5, 7}};
  const remaining_work rest{
      edges, nodes(3), 1, without({3}), {{node_id{2}, two}}};
  BOOST_TEST((rest.of({source, 5}) == part::running));
  BOOST_TEST(rest.owner({source, 5}, 0) == 1);
  BOOST_TEST(!rest.reads({source, 5}));
  BOOST_TEST(rest.tasks() == edges.tasks());
  for (std::int64_t i = 0; i < 64; ++i)
    BOOST_TEST(rest.has_run({source, i}) == (i == 5 || i == 6));
}

BOOST_AUTO_TEST_CASE(the_dead_ones_tasks_go_to_several_all_others_stay) {
  const auto edges = chain();
  const auto view = nodes(4);
  const placement before{edges, view};
  const remaining_work rest{edges, view, 77, without({2}), {}};
  std::set<node_index> heirs;
  for (layer_id id = 0; id < edges.layers(); ++id)
    for (std::int64_t i = 0; i < edges.needed(id).size(); ++i) {
      const auto key = edges.at_rank(id, i);
      const auto first = before.owner(key);
      const auto now = rest.owner(key, first);
      BOOST_TEST(now != 1);
      if (first == 1)
        heirs.insert(now);
      else
        BOOST_TEST(now == first);
    }
  BOOST_TEST(heirs.size() > 1u);
}

BOOST_AUTO_TEST_CASE(what_nodes_died_with_is_known_as_far_as_one_knows_it) {
  const auto edges = chain();
  const block_key task{source_of(edges), 7};
  std::map<node_id, census> told;
  told[node_id{1}].suspects = {{task, {node_id{2}}}};
  told[node_id{3}].suspects = {{task, {node_id{4}, node_id{2}}},
                               {{4711, -1}, {node_id{2}}}};
  const remaining_work rest{edges, nodes(4), 1, without({2, 4}), told};
  const std::vector<node_id> expected{node_id{2}, node_id{4}};
  BOOST_TEST((rest.died_with(task) == expected));
  BOOST_TEST(rest.died_with({task.layer, 8}).empty());
}

BOOST_AUTO_TEST_CASE(what_makes_no_sense_in_a_census_is_left_out) {
  const auto edges = chain();
  census odd;
  odd.held = {{0, -5, 2}, {0, 60, 1000}, {999, 0, 4}, {0, 9, 3}};
  const remaining_work rest{
      edges, nodes(2), 1, without({2}), {{node_id{1}, odd}}};
  BOOST_TEST(rest.tasks() > 0);
}

BOOST_AUTO_TEST_SUITE_END()
