// The interleavings of moves and deaths that docs/delivery.md goes through, one
// by one. All of them, and those that nobody thought of, are in the simulation.
#include "tests/actors/trio.hpp"

using namespace tern;

namespace {

using timer = mobility_timer::kind;

/// A message from `a` to `b` was handled, so both know each other.
void acquaint(trio& t, std::size_t n, const actor_id& a, const actor_id& b) {
  t.send(n, a, b);
  t.settle();
}

/// `a`, on node 0, has just been sent to node 1 as a whole.
void send_state(trio& t, const actor_id& a) {
  t.settle();
  t.order(0, a, 1, 1);
  while (t.deliver()) {
  }
  t.save();
}

void take_next_view(trio& t, std::vector<std::size_t> members) {
  for (const auto n : members)
    t.take_view(n, members);
  t.settle();
}

std::size_t told_of(const trio& t, const actor_id& who, const actor_id& lost) {
  return static_cast<std::size_t>(
      std::ranges::count_if(t.handled, [&](auto& r) {
        return r.instance.actor == who && r.what.what == mail::kind::down
               && r.what.from == lost;
      }));
}

} // namespace

BOOST_AUTO_TEST_SUITE(mobility_views)

BOOST_AUTO_TEST_CASE(a_new_home_is_told_where_the_actors_are) {
  trio t;
  const auto a = t.spawn(0, 1);
  t.settle();
  BOOST_TEST((t.at(1).believed(a)->node == t.id(0)));
  t.kill(1);
  take_next_view(t, {0, 2});
  const auto home = home_of(a, std::vector{t.id(0), t.id(2)});
  BOOST_TEST((t.at(home.value - 1).believed(a)->node == t.id(0)));
}

BOOST_AUTO_TEST_CASE(a_target_that_dies_before_it_installs_loses_nothing) {
  trio t;
  const auto a = t.spawn(0, 2);
  send_state(t, a);
  t.kill(1);
  BOOST_TEST(!t.at(0).runs_here(a)); // it cannot know
  take_next_view(t, {0, 2});
  BOOST_TEST(t.at(0).runs_here(a));
  BOOST_TEST(!t.done[1].moved);
}

BOOST_AUTO_TEST_CASE(a_target_that_dies_unreleased_has_done_nothing) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(2, 0);
  acquaint(t, 2, b, a);
  send_state(t, a);
  t.send(2, b, a);
  t.deliver(); // STATE
  t.restore();
  t.drop<migrate_installed>();
  while (t.deliver()) { // the message follows to node 1, if it can
  }
  BOOST_TEST(t.runs.empty());
  t.kill(1);
  take_next_view(t, {0, 2});
  BOOST_TEST(t.at(0).runs_here(a));
  t.fire(2, timer::channel);
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "1 2 ");
  BOOST_TEST(told_of(t, b, a) == 0u);
}

BOOST_AUTO_TEST_CASE(a_target_that_dies_after_the_release_takes_it_along) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(2, 0);
  acquaint(t, 2, b, a);
  t.order(0, a, 1, 1);
  t.settle();
  BOOST_TEST(t.at(1).runs_here(a));
  t.kill(1);
  take_next_view(t, {0, 2});
  BOOST_TEST(t.at(2).is_dead(a));
  BOOST_TEST(told_of(t, b, a) == 1u); // though it waited for nothing
}

BOOST_AUTO_TEST_CASE(a_source_that_dies_before_the_release_is_followed) {
  trio t;
  const auto a = t.spawn(0, 2);
  send_state(t, a);
  t.deliver();
  t.restore();
  t.kill(0);
  BOOST_TEST(!t.at(1).runs_here(a));
  take_next_view(t, {1, 2});
  BOOST_TEST(t.at(1).runs_here(a));
}

BOOST_AUTO_TEST_CASE(a_state_of_a_dead_source_is_all_there_is) {
  trio t;
  const auto a = t.spawn(0, 2);
  send_state(t, a);
  t.deliver(); // its type is being made
  t.kill(0);
  take_next_view(t, {1, 2});
  BOOST_TEST(t.at(1).runs_here(a));
  BOOST_TEST(!t.at(2).is_dead(a));
}

BOOST_AUTO_TEST_CASE(a_state_that_comes_after_the_view_is_refused) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(2, 1);
  acquaint(t, 2, b, a);
  send_state(t, a);
  t.take_view(1, {1, 2});
  t.deliver(); // STATE, of one that is not among them
  BOOST_TEST(t.restores.empty());
  t.kill(0);
  t.take_view(2, {1, 2});
  t.settle();
  BOOST_TEST(!t.at(1).is_here(a));
  BOOST_TEST(told_of(t, b, a) == 1u);
}

BOOST_AUTO_TEST_CASE(a_move_does_not_cross_views) {
  trio t;
  const auto a = t.spawn(0, 0);
  send_state(t, a);
  t.take_view(1, {0, 1}); // node 2 is gone, as node 1 knows
  t.deliver();
  BOOST_TEST(t.restores.empty());
  t.kill(2);
  t.take_view(0, {0, 1});
  t.settle();
  t.fire(0, timer::source);
  t.settle();
  BOOST_TEST(t.at(1).runs_here(a));
  BOOST_TEST(t.done[1].moved);
}

BOOST_AUTO_TEST_CASE(a_forwarder_that_dies_costs_a_detour) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 2);
  acquaint(t, 0, a, b);
  t.order(1, b, 2, 1);
  t.settle();
  t.send(0, a, b); // to node 1, where it was
  t.kill(1);
  take_next_view(t, {0, 2});
  t.fire(0, timer::channel); // armed for the first one, which was handled
  t.fire(0, timer::channel);
  t.settle();
  BOOST_TEST(sequences(t.handled, b) == "1 2 ");
  BOOST_TEST(told_of(t, a, b) == 0u);
}

BOOST_AUTO_TEST_CASE(a_sender_that_dies_leaves_a_prefix) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 1);
  acquaint(t, 0, a, b);
  t.send(0, a, b);
  t.drop<routed_message>(); // the second one
  t.send(0, a, b);
  t.settle(); // the third one came, and waits for it
  t.kill(0);
  take_next_view(t, {1, 2});
  BOOST_TEST(sequences(t.handled, b) == "1 ");
}

BOOST_AUTO_TEST_CASE(one_that_is_out_is_not_heard) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 1);
  acquaint(t, 0, a, b);
  t.take_view(1, {1, 2}); // node 0 was stopped, and wakes up
  t.take_view(2, {1, 2});
  t.send(0, a, b);
  t.settle();
  BOOST_TEST(sequences(t.handled, b) == "1 ");
}

BOOST_AUTO_TEST_CASE(
    one_that_hears_that_it_is_out_runs_nothing_that_was_moving) {
  trio t; // found by tern-bench contract --pause
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 2);
  send_state(t, a); // from node 0 to node 1
  t.order(1, b, 0, 2);
  while (t.deliver()) {
  }
  t.save();
  t.take_view(0, {1, 2}); // node 0 was stopped; what it hears first is this
  t.settle();
  BOOST_TEST(!t.at(0).runs_here(a));
  BOOST_TEST(!t.at(0).runs_here(b));
}

BOOST_AUTO_TEST_CASE(nor_what_it_was_restoring) {
  trio t;
  const auto a = t.spawn(0, 2);
  send_state(t, a);
  t.deliver(); // its type is being made
  t.take_view(1, {0, 2});
  t.restore();
  t.settle();
  BOOST_TEST(!t.at(1).runs_here(a));
  take_next_view(t, {0, 2});
  BOOST_TEST(t.at(0).runs_here(a));
}

BOOST_AUTO_TEST_CASE(a_source_lets_go_only_in_the_view_of_its_target) {
  trio t; // else the target might move it on to node 2, where it is lost
  const auto a = t.spawn(0, 0);
  send_state(t, a);
  t.take_view(0, {0, 1});
  t.settle(); // installed, and reported to its home
  t.fire(0, timer::source);
  t.settle();
  BOOST_TEST(t.at(0).is_here(a));
  BOOST_TEST(!t.at(1).runs_here(a));
  t.take_view(1, {0, 1});
  t.settle();
  t.fire(1, timer::installed);
  t.settle();
  BOOST_TEST(!t.at(0).is_here(a));
  BOOST_TEST(t.at(1).runs_here(a));
  BOOST_TEST(t.done[1].moved);
}

BOOST_AUTO_TEST_CASE(a_home_says_nothing_before_all_have_reported) {
  trio t;
  const auto a = t.spawn(0, 1);
  const auto b = t.spawn(2, 2);
  acquaint(t, 2, b, a);
  t.kill(1);
  t.take_view(2, {0, 2});
  t.settle();
  BOOST_TEST(told_of(t, b, a) == 0u);
  t.take_view(0, {0, 2});
  t.settle();
  t.send(2, b, a);
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "1 2 ");
  BOOST_TEST(told_of(t, b, a) == 0u);
}

BOOST_AUTO_TEST_CASE(an_actor_that_moves_hears_of_a_death_where_it_arrives) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(2, 0);
  acquaint(t, 0, a, b);
  send_state(t, a);
  t.kill(2);
  t.take_view(0, {0, 1}); // frozen: it cannot be told here
  t.take_view(1, {0, 1});
  t.settle();
  t.fire(0, timer::source); // its attempt was of the old view
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(t.at(1).runs_here(a));
  BOOST_TEST(told_of(t, a, b) == 1u);
}

namespace {

/// `b` gets a message of `a`, on node 0, answers it, and ends.
void answer_and_end(trio& t, const actor_id& a, const actor_id& b) {
  t.send(0, a, b);
  while (t.runs.empty())
    BOOST_REQUIRE(t.deliver());
  auto [n, r] = t.runs.front();
  t.runs.pop_front();
  mobility_event::handled last{r.instance, {{a, 0, {}}}, {}};
  last.stop = true;
  t.feed(n, last);
}

} // namespace

BOOST_AUTO_TEST_CASE(an_ended_actors_last_words_come_before_the_news) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 2);
  answer_and_end(t, a, b);
  t.drop<routed_message>(); // its answer
  t.send(0, a, b);
  t.settle();
  BOOST_TEST(told_of(t, a, b) == 0u);
  t.fire(1, timer::channel); // the answer again
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "1 ");
  t.fire(0, timer::channel);
  t.settle();
  BOOST_TEST(told_of(t, a, b) == 1u);
  BOOST_TEST((t.handled.back().what.what == mail::kind::down));
}

BOOST_AUTO_TEST_CASE(who_leaves_refuses_actors_and_says_why) {
  trio t;
  const auto a = t.spawn(0, 2);
  t.feed(1, mobility_event::leaving{});
  t.order(0, a, 1, 1);
  t.settle();
  BOOST_TEST(t.at(0).runs_here(a));
  BOOST_TEST(!t.done[1].moved);
  BOOST_TEST(t.done[1].why == "its target is leaving the cluster");
}

BOOST_AUTO_TEST_CASE(who_leaves_turns_away_what_it_was_promised) {
  trio t;
  const auto a = t.spawn(0, 2);
  t.settle();
  t.order(0, a, 1, 1);
  t.deliver(); // PREPARE
  t.feed(1, mobility_event::leaving{});
  t.settle();
  BOOST_TEST(t.at(0).runs_here(a));
  BOOST_TEST(!t.at(1).is_here(a));
  BOOST_TEST(!t.done[1].moved);
}

BOOST_AUTO_TEST_CASE(what_has_come_whole_is_taken_in_and_can_go_on) {
  trio t;
  const auto a = t.spawn(0, 2);
  send_state(t, a);
  t.deliver(); // STATE
  t.feed(1, mobility_event::leaving{});
  BOOST_TEST(t.at(1).has_debts());
  t.settle();
  BOOST_TEST((t.at(1).movable() == std::vector{a}));
  t.order(1, a, 2, 2);
  t.settle();
  BOOST_TEST(t.at(2).runs_here(a));
  BOOST_TEST(t.at(1).movable().empty());
  BOOST_TEST(!t.at(1).has_debts());
}

BOOST_AUTO_TEST_CASE(last_words_and_ends_are_debts) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 2);
  t.settle();
  answer_and_end(t, a, b);
  BOOST_TEST(t.at(1).movable().empty());
  BOOST_TEST(t.at(1).has_debts());
  t.settle();
  BOOST_TEST(!t.at(1).has_debts());
}

BOOST_AUTO_TEST_CASE(the_view_without_a_leaver_ends_what_lost_its_release) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(2, 0);
  acquaint(t, 2, b, a);
  t.feed(0, mobility_event::leaving{});
  send_state(t, a);
  t.deliver();
  t.restore();
  while (t.at(0).is_here(a))
    BOOST_REQUIRE(t.deliver()); // INSTALLED
  t.drop<migrate_released>();
  BOOST_TEST(!t.at(0).has_debts());
  BOOST_TEST(!t.at(1).runs_here(a));
  t.kill(0);
  take_next_view(t, {1, 2});
  BOOST_TEST(t.at(1).runs_here(a));
  BOOST_TEST(told_of(t, b, a) == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
