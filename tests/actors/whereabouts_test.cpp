#include "actors/trace/whereabouts.hpp"
#include "tests/actors/trace_content.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace tern;
using tern::testing::trace_of;

namespace {

constexpr node_id here{1};
constexpr node_id there{2};
constexpr std::uint64_t plan = 9;
constexpr auto task = actor_id::task(plan, 3, 4);

trace_event at(std::uint64_t time, trace_kind kind, std::uint64_t argument = 0,
               std::uint16_t peer = 0) {
  return {time, task.low, argument, kind, peer, 0, 1};
}

whereabouts of(std::vector<trace_event> on_here,
               std::vector<trace_event> on_there) {
  std::vector<node_trace> nodes(2);
  nodes[0].node = here;
  nodes[0].peers = {here, there};
  nodes[0].threads = {{0, "worker", std::move(on_here)}};
  nodes[1].node = there;
  nodes[1].peers = {there, here};
  nodes[1].threads = {{0, "worker", std::move(on_there)}};
  for (auto& n : nodes)
    n.scopes = {0, plan};
  return whereabouts_of(story_of(trace_of(std::move(nodes)), task));
}

std::vector<trace_kind> kinds_of(const whereabouts& w) {
  std::vector<trace_kind> all;
  for (const auto& s : w.decisions)
    all.push_back(s.event.kind);
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(whereabouts_in_traces)

using enum trace_kind;

BOOST_AUTO_TEST_CASE(a_task_is_where_it_was_stolen_to_and_ran) {
  const auto w =
      of({at(10, received, 1, 1), at(20, transition), at(30, stolen, 800, 1)},
         {at(40, moved, 1, 1), at(50, fired), at(60, finished)});
  BOOST_TEST((w.node == there));
  BOOST_TEST(!w.on_its_way);
  BOOST_TEST(
      (kinds_of(w) == std::vector{received, stolen, moved, fired, finished}));
  BOOST_TEST((w.decisions[1].peer == there));
}

BOOST_AUTO_TEST_CASE(a_task_that_was_sent_and_not_seen_is_on_its_way) {
  const auto w = of({at(10, fired), at(30, lent, 800, 1)}, {});
  BOOST_TEST((w.node == there));
  BOOST_TEST(w.on_its_way);
}

// It keeps its messages for a while, and they are seen where they come.
BOOST_AUTO_TEST_CASE(messages_alone_move_nothing) {
  const auto w =
      of({at(10, fired), at(20, finished)}, {at(30, received, 5, 1)});
  BOOST_TEST((w.node == here));
  BOOST_TEST((kinds_of(w) == std::vector{fired, finished}));
}

BOOST_AUTO_TEST_CASE(what_never_happened_is_nowhere) {
  const auto w = of({}, {});
  BOOST_TEST(!w.node);
  BOOST_TEST(w.decisions.empty());
}

BOOST_AUTO_TEST_SUITE_END()
