#include "dataflow/runtime/analysis/layer_words.hpp"
#include "dataflow/runtime/analysis/provenance.hpp"
#include "dataflow/runtime/analysis/traced_plan.hpp"
#include "tests/dataflow/graph/plans.hpp"
#include "tests/dataflow/runtime/hand_trace.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using tern::test::graph_of;

namespace {

std::vector<std::int64_t> tasks_of(const std::vector<origin>& all) {
  std::vector<std::int64_t> tasks;
  for (const auto& o : all)
    tasks.push_back(o.task.index);
  return tasks;
}

using numbers = std::vector<std::int64_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(provenances)

// 4 reads 3 and 2; both read 1; 1 reads 0.
BOOST_AUTO_TEST_CASE(each_block_comes_once_and_the_nearest_first) {
  const edge_index edges{graph_of({{}, {0}, {1}, {1}, {3, 2}})};
  const auto all = provenance_of(edges, {0, 4}, {});
  BOOST_TEST(tasks_of(all) == (numbers{4, 3, 2, 1, 0}),
             boost::test_tools::per_element());
  BOOST_TEST(all[0].inputs == (std::vector<std::size_t>{1, 2}),
             boost::test_tools::per_element());
  BOOST_TEST(all[1].inputs == all[2].inputs, boost::test_tools::per_element());
  BOOST_TEST(all[4].inputs.empty());
  for (const auto& o : all)
    BOOST_TEST(o.left_out == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_beyond_the_limits_is_counted) {
  const edge_index edges{graph_of({{}, {}, {}, {0, 1, 2}, {3}})};
  const auto near = provenance_of(edges, {0, 4}, {.depth = 1});
  BOOST_TEST(tasks_of(near) == (numbers{4, 3}),
             boost::test_tools::per_element());
  BOOST_TEST(near[1].left_out == 3u);
  const auto narrow = provenance_of(edges, {0, 3}, {.inputs = 2});
  BOOST_TEST(narrow.size() == 3u);
  BOOST_TEST(narrow[0].left_out == 1u);
  const auto few = provenance_of(edges, {0, 3}, {.blocks = 2});
  BOOST_TEST(few.size() == 2u);
  BOOST_TEST(few[0].left_out == 2u);
  BOOST_TEST(provenance_of(edges, {0, 4}, {.depth = 0}).size() == 1u);
}

BOOST_AUTO_TEST_CASE(every_operation_has_words) {
  for (const auto& [name, g] : test::plans())
    for (const auto& l : g.layers) {
      BOOST_TEST(!kernel_of(l).empty(), name);
      if (std::holds_alternative<op_reduce_chunk>(l.op))
        BOOST_TEST(parameters_of(l).find("along") != std::string::npos, name);
    }
  layer l;
  l.op = op_call{"smooth", {std::byte{1}, std::byte{2}}};
  BOOST_TEST(kernel_of(l) == "call smooth");
  BOOST_TEST(parameters_of(l) == "2 bytes of arguments");
}

BOOST_AUTO_TEST_CASE(a_plan_comes_out_of_a_trace_by_its_id) {
  plan p;
  p.id = 0xab;
  p.work = test::lowered(test::slide(8, 2));
  p.view.places = {{node_id{1}, 3}};
  trace_content trace;
  BOOST_TEST((plan_in(trace, {}).error().kind == failure_kind::not_found));
  trace.plans.push_back({0xab, "slide", encode(p)});
  const auto only = plan_in(trace, {});
  BOOST_TEST_REQUIRE(only.has_value());
  BOOST_TEST(only->text == "slide");
  BOOST_TEST(only->what.id == 0xabu);
  BOOST_TEST(only->what.work.layers.size() == p.work.layers.size());
  BOOST_TEST((only->what.view == p.view));
  trace.plans.push_back({0xcd, "", {std::byte{1}}});
  const auto both = plan_in(trace, {});
  BOOST_TEST_REQUIRE(!both.has_value());
  BOOST_TEST(both.error().what.find("ab, cd") != std::string::npos,
             both.error().what);
  BOOST_TEST(plan_in(trace, 0xab).has_value());
  const auto damaged = plan_in(trace, 0xcd);
  BOOST_TEST_REQUIRE(!damaged.has_value());
  BOOST_TEST((damaged.error().kind == failure_kind::malformed));
  BOOST_TEST(damaged.error().what.find("cd") != std::string::npos);
  BOOST_TEST(!plan_in(trace, 0xef).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
