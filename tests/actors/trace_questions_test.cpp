#include "actors/trace/story.hpp"
#include "actors/trace/summary.hpp"
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
constexpr std::uint64_t plan = 77;
constexpr auto have = message_kind::have;

std::uint64_t task(std::uint64_t layer, std::uint64_t index) {
  return actor_id::task(0, layer, index).low;
}

std::uint64_t actor(std::uint64_t counter) {
  return actor_id::stateful(here, counter).low;
}

trace_event at(std::uint64_t time, trace_kind kind, std::uint64_t who,
               std::uint64_t argument = 0, std::uint16_t peer = 0) {
  return {time, who, argument, kind, peer, 0, 1};
}

trace_event message(std::uint64_t time, trace_kind kind, std::uint64_t who,
                    std::uint64_t number, std::uint16_t peer = 1) {
  return {time, who, number, kind, peer, static_cast<std::uint16_t>(have), 1};
}

/// `threads`: the events of each.
node_trace node_of(node_id id, node_id peer,
                   std::vector<std::vector<trace_event>> threads) {
  node_trace n;
  n.node = id;
  n.name = "node " + to_string(id);
  n.peers = {id, peer};
  n.scopes = {0, plan};
  for (auto& events : threads)
    n.threads.push_back({static_cast<std::uint32_t>(n.threads.size()), "thread",
                         std::move(events)});
  return n;
}

using enum trace_kind;

} // namespace

BOOST_AUTO_TEST_SUITE(trace_summaries)

BOOST_AUTO_TEST_CASE(tasks_are_counted_by_node_and_by_layer) {
  const auto s = summarise(trace_of(
      {node_of(here, there,
               {{at(100, fired, task(3, 0)), at(150, finished, task(3, 0)),
                 at(150, fired, task(4, 7)), at(180, failed, task(4, 7))},
                {at(100, fired, task(3, 1)), at(110, finished, task(3, 1))}}),
       node_of(there, here, {{at(200, node_up, 0)}})}));
  BOOST_TEST(s.events == 7u);
  BOOST_TEST(s.duration == 80u);
  BOOST_TEST_REQUIRE(s.nodes.size() == 2u);
  const auto& n = s.nodes[0];
  BOOST_TEST(n.compute_threads == 2u);
  BOOST_TEST(n.tasks == 3u);
  BOOST_TEST(n.failed == 1u);
  BOOST_TEST(n.busy == 90u);
  BOOST_TEST(trace_summary::busy_share(n) == 90.0 / 160,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(s.nodes[1].compute_threads == 0u);
  BOOST_TEST(trace_summary::busy_share(s.nodes[1]) == 0.0);
  BOOST_TEST_REQUIRE(s.layers.size() == 2u);
  BOOST_TEST(s.layers.at({plan, 3}).tasks == 2u);
  BOOST_TEST(s.layers.at({plan, 3}).total == 60u);
  BOOST_TEST(s.layers.at({plan, 3}).longest == 50u);
  BOOST_TEST(s.layers.at({plan, 3}).longest_task.low == task(3, 0));
  BOOST_TEST(s.layers.at({plan, 4}).failed == 1u);
  BOOST_TEST(s.running.empty());
}

BOOST_AUTO_TEST_CASE(a_task_that_has_not_ended_is_named_the_longest_first) {
  const auto s = summarise(
      trace_of({node_of(here, there,
                        {{at(100, fired, task(1, 1))},
                         {at(20, fired, task(1, 2)), at(120, counter, 0)}})}));
  BOOST_TEST_REQUIRE(s.running.size() == 2u);
  BOOST_TEST(s.running[0].task.low == task(1, 2));
  BOOST_TEST(s.running[0].thread == 1u);
  BOOST_TEST(s.running[0].since == 100u);
  BOOST_TEST(s.running[1].since == 20u);
  BOOST_TEST(s.nodes[0].busy == 0u);
}

// The block that it fetches arrives on another thread; meanwhile its own runs
// the next one.
BOOST_AUTO_TEST_CASE(a_task_may_end_on_another_thread) {
  const auto s = summarise(trace_of(
      {node_of(here, there,
               {{at(0, fired, task(1, 1)), at(10, fired, task(2, 1)),
                 at(30, finished, task(2, 1)), at(100, counter, 0)},
                {at(5, fired, task(1, 2)), at(60, finished, task(1, 1)),
                 at(65, finished, task(1, 2))}})}));
  BOOST_TEST(s.running.empty());
  BOOST_TEST(s.nodes[0].tasks == 3u);
  BOOST_TEST(s.nodes[0].busy == 80u);
  BOOST_TEST(s.layers.at({plan, 1}).longest == 60u);
}

BOOST_AUTO_TEST_CASE(many_tasks_that_end_elsewhere_are_all_found) {
  std::vector<trace_event> begins;
  std::vector<trace_event> ends;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    begins.push_back(at(i, fired, task(1, i)));
    ends.push_back(at(2000 + i, finished, task(1, i)));
  }
  const auto s = summarise(trace_of({node_of(here, there, {begins, ends})}));
  BOOST_TEST(s.nodes[0].tasks == 1000u);
  BOOST_TEST(s.layers.at({plan, 1}).longest == 2000u);
  BOOST_TEST(s.running.empty());
}

BOOST_AUTO_TEST_CASE(a_task_whose_end_was_lost_spoils_no_other) {
  const auto s = summarise(trace_of(
      {node_of(here, there,
               {{at(0, fired, task(1, 1)), at(10, fired, task(1, 2)),
                 at(20, finished, task(1, 1)), at(20, fired, task(1, 3)),
                 at(50, finished, task(1, 3))}})}));
  BOOST_TEST(s.nodes[0].tasks == 2u);
  BOOST_TEST(s.nodes[0].busy == 50u);
  BOOST_TEST_REQUIRE(s.running.size() == 1u);
  BOOST_TEST(s.running[0].task.low == task(1, 2));
}

// It ran inside another one, as a nested call does.
BOOST_AUTO_TEST_CASE(time_inside_a_task_counts_once) {
  const auto s = summarise(trace_of({node_of(
      here, there,
      {{at(0, fired, task(1, 1)), at(10, fired, task(2, 1)),
        at(20, finished, task(2, 1)), at(30, finished, task(1, 1))}})}));
  BOOST_TEST(s.nodes[0].busy == 30u);
  BOOST_TEST(s.nodes[0].tasks == 2u);
}

BOOST_AUTO_TEST_CASE(messages_are_timed_where_both_ends_were_seen) {
  const auto s = summarise(trace_of(
      {node_of(here, there,
               {{message(10, sent, task(1, 0), 77),
                 message(20, sent, task(1, 0), 78),
                 message(25, sent, task(1, 0), 79, 0)}}),
       node_of(there, here, {{message(40, received, task(2, 0), 77)}})}));
  BOOST_TEST_REQUIRE(s.messages.size() == 1u);
  const auto& m = s.messages.at(static_cast<std::uint32_t>(have));
  BOOST_TEST(m.sent == 2u); // one stayed on its node
  BOOST_TEST(m.received == 1u);
  BOOST_TEST(m.timed == 1u);
  BOOST_TEST(m.flight == 30u);
  BOOST_TEST(s.nodes[0].sent == 2u);
  BOOST_TEST(s.nodes[1].received == 1u);
}

BOOST_AUTO_TEST_CASE(an_empty_trace_has_an_empty_summary) {
  const auto s = summarise(trace_of({node_of(here, there, {{}})}));
  BOOST_TEST(s.events == 0u);
  BOOST_TEST(s.duration == 0u);
  BOOST_TEST(trace_summary::busy_share(s.nodes[0]) == 0.0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(trace_stories)

// The clock of the second node is behind.
BOOST_AUTO_TEST_CASE(what_happened_before_a_move_comes_before_it) {
  const auto a = actor(5);
  const auto story = story_of(
      trace_of(
          {node_of(here, there,
                   {{message(1000, received, a, 1), message(1010, sent, a, 2),
                     at(1500, moved, a, 3, 1), message(1510, received, a, 4)}}),
           node_of(there, here,
                   {{at(100, moved, a, 2, 1), message(110, sent, a, 3),
                     message(90, received, actor(6), 2)}})}),
      {plan, a});
  BOOST_TEST_REQUIRE(story.size() == 6u);
  std::vector<std::uint64_t> times;
  for (const auto& s : story)
    times.push_back(s.event.time);
  const std::vector<std::uint64_t> expected{1000, 1010, 100, 110, 1500, 1510};
  BOOST_TEST(times == expected, boost::test_tools::per_element());
  BOOST_TEST((story[2].where == there));
  BOOST_TEST((story[2].peer == here));
  BOOST_TEST_REQUIRE(story[1].other_end.has_value());
  BOOST_TEST((story[1].other_actor == actor_id{plan, actor(6)}));
  BOOST_TEST(!story[0].other_end.has_value());
}

BOOST_AUTO_TEST_CASE(actors_are_found_by_their_names) {
  const auto trace =
      trace_of({node_of(here, there,
                        {{at(1, fired, task(3, 12)), at(2, fired, actor(12)),
                          at(3, fired, actor_id::service(here, 12).low)}})});
  BOOST_TEST(actors_called(trace, "task 3/12").size() == 1u);
  BOOST_TEST(actors_called(trace, "3/12").at(0).low == task(3, 12));
  BOOST_TEST(actors_called(trace, "actor 12").at(0).low == actor(12));
  BOOST_TEST(actors_called(trace, "12").size() == 2u);
  BOOST_TEST(actors_called(trace, "2").empty());
  BOOST_TEST(actors_called(trace, "").empty());
}

BOOST_AUTO_TEST_CASE(tasks_of_two_plans_have_two_stories) {
  auto n = node_of(here, there,
                   {{at(1, fired, task(3, 1)), at(2, finished, task(3, 1)),
                     at(3, fired, task(3, 1)), at(9, finished, task(3, 1))}});
  n.scopes.push_back(plan + 1);
  n.threads[0].events[2].scope = 2;
  n.threads[0].events[3].scope = 2;
  const auto trace = trace_of({n});
  const auto both = actors_called(trace, "task 3/1");
  BOOST_TEST_REQUIRE(both.size() == 2u);
  BOOST_TEST(story_of(trace, both[0]).size() == 2u);
  BOOST_TEST(actors_called(trace, to_string(both[1])).size() == 1u);
  const auto s = summarise(trace);
  BOOST_TEST(s.layers.at({plan, 3}).total == 1u);
  BOOST_TEST(s.layers.at({plan + 1, 3}).total == 6u);
}

BOOST_AUTO_TEST_CASE(many_stories_at_once_are_those_of_each_one) {
  const auto trace = trace_of(
      {node_of(here, there,
               {{at(1, fired, task(0, 0)), message(5, sent, task(0, 0), 9)},
                {at(3, finished, task(0, 0)), at(4, fired, task(0, 1))}}),
       node_of(there, here, {{message(7, received, task(0, 1), 9)}})});
  const actor_id one{plan, task(0, 0)};
  const actor_id two{plan, task(0, 1)};
  const auto all = stories_of(trace, {one, two}, 10);
  BOOST_TEST_REQUIRE(all.size() == 2u);
  for (const auto& [actor, story] : all) {
    const auto alone = story_of(trace, actor);
    BOOST_TEST(story.total == alone.size());
    BOOST_TEST_REQUIRE(story.events.size() == alone.size());
    for (std::size_t i = 0; i < alone.size(); ++i) {
      BOOST_TEST((story.events[i].event == alone[i].event));
      BOOST_TEST((story.events[i].other_actor == alone[i].other_actor));
    }
  }
  const auto short_ones = stories_of(trace, {one}, 2);
  const auto& first = short_ones.at(one);
  BOOST_TEST(first.total == 3u);
  BOOST_TEST_REQUIRE(first.events.size() == 2u);
  BOOST_TEST(first.events[1].event.time == 3u); // of another thread
}

BOOST_AUTO_TEST_SUITE_END()
