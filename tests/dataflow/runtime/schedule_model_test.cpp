#include "dataflow/runtime/analysis/schedule_model.hpp"
#include "tests/dataflow/runtime/hand_trace.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using tern::test::graph_of;
using tern::test::hand_trace;

namespace {

using enum message_kind;

constexpr double ns = 1e-9;

plan_view view_of(std::vector<std::uint32_t> capacities) {
  plan_view v;
  for (std::size_t i = 0; i < capacities.size(); ++i)
    v.places.push_back({node_id{i + 1}, capacities[i]});
  return v;
}

what_if ask(const graph& g, const hand_trace& t, const plan_view& view) {
  const edge_index edges{g};
  const plan_history history{t.content(), hand_trace::plan, edges};
  return ask_model(edges, history, view);
}

const auto exactly = boost::test_tools::tolerance(1e-9);

} // namespace

BOOST_AUTO_TEST_SUITE(schedule_models)

// Four tasks of 100 on one thread, with gaps of 10 that the model leaves out.
BOOST_AUTO_TEST_CASE(a_row_of_tasks_is_predicted_without_its_gaps) {
  const auto g = graph_of({{}, {}, {}, {}});
  hand_trace t{1};
  t.say(plan_submit, {0, 0}, {-1, -1}, {0, 0});
  for (std::uint64_t i = 0; i < 4; ++i)
    t.run(static_cast<std::int64_t>(i), 0, 0, 50 + 110 * i, 150 + 110 * i);
  const auto m = ask(g, t, view_of({1}));
  BOOST_TEST(m.was == 480 * ns, exactly);
  BOOST_TEST(m.as_it_was.value() == 450 * ns, exactly);
  BOOST_TEST(m.no_waiting.value() == 150 * ns, exactly);
  BOOST_TEST(m.twice_the_bandwidth.value() == 450 * ns, exactly);
  BOOST_TEST(m.one_node_more.value() == 250 * ns, exactly); // two tasks each
}

BOOST_AUTO_TEST_CASE(threads_of_a_node_run_side_by_side) {
  const auto g = graph_of({{}, {}, {}, {0, 1, 2}});
  hand_trace t{1};
  t.run(0, 0, 0, 0, 100).run(1, 0, 1, 0, 60).run(2, 0, 1, 60, 120);
  t.run(3, 0, 0, 120, 130);
  const auto m = ask(g, t, view_of({2}));
  BOOST_TEST(m.as_it_was.value() == 130 * ns, exactly);
  BOOST_TEST(m.no_waiting.value() == 110 * ns, exactly);
}

// Two blocks of 8000 bytes: one took 100, the other 300, of which 200 are
// beyond the latency.
BOOST_AUTO_TEST_CASE(bandwidth_shortens_what_is_beyond_the_latency) {
  const auto g = graph_of({{}, {}, {0}, {1}}, 1000);
  hand_trace t{2};
  t.run(0, 0, 0, 0, 100).run(1, 0, 1, 0, 100);
  t.say(have, {0, 1}, {0, 2}, {100, 110});
  t.say(have, {0, 1}, {1, 3}, {100, 110});
  t.say(want, {1, 0}, {-1, 0}, {110, 120});
  t.say(want, {1, 0}, {-1, 1}, {110, 120});
  t.say(block_data, {0, 1}, {0, -1}, {120, 210});
  t.say(block_data, {0, 1}, {1, -1}, {120, 410});
  t.run(2, 1, 0, 210, 250).run(3, 1, 0, 410, 450);
  const auto m = ask(g, t, view_of({2, 1}));
  BOOST_TEST(m.was == 450 * ns, exactly);
  BOOST_TEST(m.as_it_was.value() == 450 * ns, exactly);
  BOOST_TEST(m.twice_the_bandwidth.value() == 350 * ns, exactly);
}

// A block is fetched once by a node, for all that read it there.
BOOST_AUTO_TEST_CASE(the_second_reader_does_not_fetch_again) {
  const auto g = graph_of({{}, {0}, {0}}, 1000);
  hand_trace t{2};
  t.run(0, 0, 0, 0, 100);
  t.say(have, {0, 1}, {0, 1}, {100, 110}).say(have, {0, 1}, {0, 2}, {100, 130});
  t.say(want, {1, 0}, {-1, 0}, {110, 115});
  t.say(block_data, {0, 1}, {0, -1}, {115, 200});
  t.run(1, 1, 0, 200, 250).run(2, 1, 1, 200, 240);
  const auto m = ask(g, t, view_of({1, 2}));
  BOOST_TEST(m.as_it_was.value() == 250 * ns, exactly);
}

BOOST_AUTO_TEST_CASE(what_no_message_tells_is_not_said) {
  const auto g = graph_of({{}, {0}}, 1000);
  hand_trace t{1};
  t.run(0, 0, 0, 0, 100).run(1, 0, 0, 100, 200);
  const auto m = ask(g, t, view_of({1}));
  BOOST_TEST(m.as_it_was.value() == 200 * ns, exactly);
  BOOST_TEST(!m.one_node_more.has_value()); // nothing tells what a way takes
  const auto nowhere = ask(g, t, plan_view{});
  BOOST_TEST(nowhere.as_it_was.has_value());
  BOOST_TEST(!nowhere.placed_afresh.has_value());
  BOOST_TEST(!nowhere.one_node_more.has_value());
}

BOOST_AUTO_TEST_CASE(the_model_says_the_same_again) {
  const auto g = graph_of({{}, {}, {0, 1}, {2}, {2}}, 1000);
  hand_trace t{2};
  t.run(0, 0, 0, 0, 90).run(1, 1, 0, 0, 70);
  t.say(have, {1, 0}, {1, 2}, {70, 75}).run(2, 0, 0, 95, 100);
  t.run(3, 0, 0, 100, 130).run(4, 0, 0, 130, 150);
  const auto first = ask(g, t, view_of({1, 1}));
  const auto second = ask(g, t, view_of({1, 1}));
  BOOST_TEST(first.as_it_was.value() == second.as_it_was.value());
  BOOST_TEST(first.no_waiting.value() == second.no_waiting.value());
}

BOOST_AUTO_TEST_SUITE_END()
