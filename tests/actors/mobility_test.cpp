#include "tests/actors/trio.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tern;

namespace {

using timer = mobility_timer::kind;

} // namespace

BOOST_AUTO_TEST_SUITE(mobilities)

BOOST_AUTO_TEST_CASE(handlers_of_an_actor_run_one_at_a_time) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  for (int i = 0; i < 3; ++i)
    t.send(0, a, b);
  BOOST_TEST(t.runs.size() == 1u);
  BOOST_TEST(t.end_handler().what.sequence == 1u);
  BOOST_TEST(t.runs.size() == 1u);
  BOOST_TEST(t.end_handler().what.sequence == 2u);
  BOOST_TEST(t.end_handler().what.sequence == 3u);
  BOOST_TEST(t.runs.empty());
}

BOOST_AUTO_TEST_CASE(a_full_mailbox_is_handled_in_batches) {
  trio t({}, 3);
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  for (int i = 0; i < 5; ++i)
    t.send(0, a, b);
  BOOST_TEST(t.end_handler().more.empty()); // the others came later
  const auto batch = t.end_handler();
  BOOST_TEST(batch.what.sequence == 2u);
  BOOST_REQUIRE(batch.more.size() == 2u);
  BOOST_TEST(batch.more[1].sequence == 4u);
  BOOST_TEST(t.end_handler().what.sequence == 5u);
  BOOST_TEST(t.runs.empty());
  BOOST_TEST(t.at(0).count().handled == 5u);
}

BOOST_AUTO_TEST_CASE(what_a_batch_did_not_get_to_is_next) {
  mobility_options o;
  o.channel.window = 5;
  trio t(o, 4);
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  for (int i = 0; i < 5; ++i)
    t.send(0, a, b);
  t.end_handler();
  const auto batch = t.end_handler({{b, 0, {}}}, 1); // of 2 3 4 5: 2 and 3
  BOOST_TEST(batch.more.size() == 3u);
  const auto next = t.end_handler();
  BOOST_TEST(next.what.sequence == 4u);
  BOOST_REQUIRE(next.more.size() == 2u);
  BOOST_TEST(next.more[0].sequence == 5u);
  BOOST_TEST((next.more[1].from == b)); // what it sent itself meanwhile
  BOOST_TEST(t.at(0).count().handled == 6u);
}

BOOST_AUTO_TEST_CASE(what_a_batch_did_not_get_to_moves_along) {
  trio t({}, 4);
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  for (int i = 0; i < 5; ++i)
    t.send(0, a, b);
  t.end_handler();
  t.order(0, b, 1, 1);
  while (t.deliver()) {
  }
  BOOST_REQUIRE(t.saves.empty()); // its handlers still run
  t.end_handler({}, 0);
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(t.at(1).runs_here(b));
  BOOST_TEST(sequences(t.handled, b) == "3 4 5 ");
}

BOOST_AUTO_TEST_CASE(on_one_node_nobody_asks_again_until_one_of_them_leaves) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  const auto asks = [&] {
    return std::ranges::any_of(t.timers, [](auto& each) {
      return each.second.timer.what == timer::channel;
    });
  };
  t.send(0, a, b);
  t.send(0, a, b);
  BOOST_TEST(!asks());
  t.order(0, b, 1, 1);
  while (t.deliver()) {
  }
  t.end_handler(); // of the first; the second moves along
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(asks());
}

BOOST_AUTO_TEST_CASE(a_window_is_freed_by_handling_not_by_arrival) {
  mobility_options o;
  o.channel.window = 2;
  trio t(o);
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(1, 1);
  BOOST_TEST(t.at(0).room(a, b) == 2u);
  t.send(0, a, b);
  t.send(0, a, b);
  while (t.deliver()) {
  }
  BOOST_TEST(t.at(0).room(a, b) == 0u);
  t.send(0, a, b); // refused: the sender will be told
  t.end_handler();
  t.end_handler();
  while (t.deliver()) {
  }
  BOOST_TEST(t.at(0).room(a, b) == 2u);
  BOOST_REQUIRE(t.runs.size() == 1u);
  BOOST_TEST((t.runs[0].second.what.what == mail::kind::writable));
  BOOST_TEST((t.runs[0].second.what.from == b));
}

BOOST_AUTO_TEST_CASE(the_first_message_goes_by_the_home_the_next_straight) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(2, 1);
  t.settle();
  t.send(0, a, b);
  BOOST_REQUIRE(t.air.size() == 1u);
  BOOST_TEST(t.air[0].to == 1u); // home
  t.settle();
  BOOST_TEST(t.at(1).count().forwarded == 1u);
  t.send(0, a, b);
  BOOST_TEST(t.air[0].to == 2u);
  t.settle();
  BOOST_TEST(sequences(t.handled, b) == "1 2 ");
}

BOOST_AUTO_TEST_CASE(what_comes_to_the_old_place_is_forwarded_and_told) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(1, 1);
  t.send(0, a, b);
  t.settle();
  t.order(1, b, 2, 1);
  t.settle();
  BOOST_TEST(t.done[1].moved);
  t.send(0, a, b);
  BOOST_TEST(t.air[0].to == 1u); // what it knew
  t.settle();
  BOOST_TEST((t.at(0).believed(b)->node == t.id(2)));
  BOOST_TEST(sequences(t.handled, b) == "1 2 ");
}

BOOST_AUTO_TEST_CASE(the_mailbox_and_open_channels_travel) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(1, 1);
  for (int i = 0; i < 4; ++i)
    t.send(0, a, b);
  while (t.deliver()) {
  }
  t.order(1, b, 2, 1);
  while (t.deliver()) {
  }
  // The first handler still runs; it sends something back.
  BOOST_TEST(t.saves.empty());
  t.end_handler({{a, 0, {}}});
  BOOST_TEST(t.runs.empty()); // it is frozen
  BOOST_REQUIRE(t.saves.size() == 1u);
  t.drop<routed_message>(); // its answer and its acks get lost
  t.settle();
  BOOST_TEST(t.at(2).runs_here(b));
  BOOST_TEST(sequences(t.handled, b) == "2 3 4 ");
  t.fire(2, timer::channel); // what was unacknowledged came along
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "1 ");
}

BOOST_AUTO_TEST_CASE(what_an_actor_sent_itself_waits_for_its_freeze) {
  trio t; // found by the simulator: it ran while a snapshot was taken
  const auto a = t.spawn(0, 0);
  t.send(0, a, a);
  t.order(0, a, 1, 1);
  while (t.deliver()) {
  }
  t.end_handler({{a, 0, {}}});
  BOOST_TEST(t.saves.size() == 1u);
  BOOST_TEST(t.runs.empty());
  t.settle();
  BOOST_TEST(t.at(1).runs_here(a));
  BOOST_TEST(sequences(t.handled, a) == "2 ");
}

BOOST_AUTO_TEST_CASE(a_lost_state_is_aborted_and_tried_again) {
  trio t;
  const auto a = t.spawn(0, 0);
  t.order(0, a, 1, 1);
  while (t.deliver()) {
  }
  t.save();
  BOOST_TEST(t.drop<migrate_state>() == 1u);
  BOOST_TEST(!t.at(0).runs_here(a));
  t.fire(0, timer::source);
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(t.done[1].epoch == 3u); // 2 was used up
  BOOST_TEST(t.at(1).runs_here(a));
}

BOOST_AUTO_TEST_CASE(a_lost_installed_is_asked_for) {
  trio t;
  const auto a = t.spawn(0, 0);
  t.order(0, a, 1, 1);
  while (t.deliver()) {
  }
  t.save();
  t.deliver();
  t.restore();
  BOOST_TEST(t.drop<migrate_installed>() == 1u);
  t.drop<location_update>();
  BOOST_TEST(t.at(0).is_here(a)); // frozen
  BOOST_TEST(!t.at(0).runs_here(a));
  t.fire(0, timer::source);
  t.settle();
  BOOST_TEST(!t.at(0).is_here(a));
  BOOST_TEST(t.done[1].moved);
}

BOOST_AUTO_TEST_CASE(an_actor_waits_until_its_source_has_let_go) {
  trio t;
  const auto a = t.spawn(0, 2);
  t.settle();
  t.order(0, a, 1, 1);
  while (t.deliver()) {
  }
  t.save();
  t.deliver();
  t.restore();
  t.drop<migrate_installed>();
  t.order(1, a, 0, 2); // back, while node 0 still asks itself
  t.settle();
  BOOST_TEST(t.at(1).is_here(a));
  BOOST_TEST(!t.at(1).runs_here(a));
  BOOST_TEST(t.resumed.empty());
  t.fire(1, timer::installed);
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(t.done[2].moved);
  BOOST_TEST(t.at(0).runs_here(a));
  BOOST_TEST(!t.at(1).is_here(a));
}

BOOST_AUTO_TEST_CASE(late_news_that_it_is_here_is_not_believed) {
  mobility_options o;
  o.cache_limit = 1;
  trio t(o); // found by the simulator: it sent to itself for ever
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(0, 2);
  t.settle();
  t.order(0, a, 1, 1);
  t.settle();
  // Node 0 forgets where it went, and hears of its first stay again.
  t.feed(0, mobility_event::received{
                t.id(2), location_update{b, t.id(1), 9, false, {}}});
  t.feed(0, mobility_event::received{
                t.id(2), location_update{a, t.id(0), 1, false, {}}});
  BOOST_TEST((t.at(0).believed(a)->node == t.id(0)));
  t.send(0, b, a);
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "1 ");
}

BOOST_AUTO_TEST_CASE(orders_follow_each_other_and_go_along) {
  trio t;
  const auto a = t.spawn(0, 0);
  t.order(0, a, 1, 1);
  t.order(0, a, 2, 2);
  t.order(0, a, 0, 3);
  t.order(0, a, 0, 4); // there already
  t.settle();
  for (std::uint64_t n = 1; n <= 4; ++n)
    BOOST_TEST(t.done[n].moved);
  BOOST_TEST(t.at(0).runs_here(a));
  BOOST_TEST(t.done[3].epoch == 4u);
  BOOST_TEST(t.done[4].epoch == 4u);
}

BOOST_AUTO_TEST_CASE(an_order_asked_twice_is_carried_out_once) {
  trio t;
  const auto a = t.spawn(0, 0);
  t.order(1, a, 2, 1);
  t.fire(1, timer::order); // while the first is still on its way
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(t.at(2).count().moved_in == 1u);
  // The answer gets lost, the actor moves on, the order is asked again.
  t.order(1, a, 0, 2);
  while (t.at(0).count().moved_in == 0) {
    t.drop<order_answer>();
    BOOST_REQUIRE(t.deliver() || !t.saves.empty() || !t.restores.empty());
    if (!t.saves.empty())
      t.save();
    if (!t.restores.empty())
      t.restore();
  }
  t.drop<order_answer>();
  while (t.deliver())
    t.drop<order_answer>();
  t.order(2, a, 1, 3);
  t.settle();
  BOOST_TEST(t.done.count(2) == 0u);
  t.fire(1, timer::order);
  t.settle();
  BOOST_TEST(t.done[2].moved);
  BOOST_TEST(t.at(1).runs_here(a)); // it was not moved again
}

BOOST_AUTO_TEST_CASE(an_order_that_is_dropped_is_asked_again_soon) {
  trio t;
  const auto a = t.spawn(0, 1);
  t.drop<location_update>(); // its home does not know it yet
  t.order(2, a, 2, 1);
  t.deliver(); // home drops it and tells
  t.deliver();
  t.fire(0, timer::report);
  t.fire(2, timer::order_nudge);
  t.settle();
  BOOST_TEST(t.done[1].moved);
}

BOOST_AUTO_TEST_CASE(what_is_held_beyond_the_bound_is_dropped_and_sent_again) {
  mobility_options o;
  o.parking = 2;
  trio t(o);
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(1, 1);
  t.order(1, b, 2, 1);
  while (t.deliver()) {
  }
  BOOST_REQUIRE(t.saves.size() == 1u); // frozen, not yet saved
  for (int i = 0; i < 5; ++i)
    t.send(0, a, b);
  while (t.deliver()) {
  }
  BOOST_TEST(t.at(1).parked(b) == 2u);
  BOOST_TEST(t.at(1).count().dropped == 3u);
  t.settle();
  BOOST_TEST(sequences(t.handled, b) == "1 2 ");
  t.fire(0, timer::channel); // soon: it was told of the drops
  t.settle();
  BOOST_TEST(sequences(t.handled, b) == "1 2 3 4 5 ");
}

BOOST_AUTO_TEST_CASE(a_message_walks_two_hops_at_most) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto nobody = actor_id::stateful(t.id(1), 77);
  t.send(0, a, nobody);
  std::uint32_t most = 0;
  for (int i = 0; i < 20; ++i) {
    while (!t.air.empty()) {
      if (auto* m = std::get_if<routed_message>(&t.air.front().message))
        most = std::max(most, m->head.hops);
      t.deliver();
    }
    t.fire(0, timer::channel);
  }
  BOOST_TEST(most <= 2u);
}

BOOST_AUTO_TEST_CASE(a_place_is_asked_of_the_home) {
  trio t;
  const auto a = t.spawn(0, 1);
  t.settle();
  t.feed(2, mobility_event::asked{a, 1});
  t.feed(1, mobility_event::asked{a, 2});
  t.feed(0, mobility_event::asked{a, 3});
  t.settle();
  for (const std::uint64_t number : {1, 2, 3})
    BOOST_TEST((t.found[number] == location{t.id(0), 1}));
  std::uint64_t n = 0; // one that nobody ever made
  const std::vector<node_id> view{t.id(0), t.id(1), t.id(2)};
  while (home_of(actor_id::stateful({9}, n), view) != t.id(1))
    ++n;
  t.feed(1, mobility_event::asked{actor_id::stateful({9}, n), 4});
  BOOST_TEST(!t.found.at(4).node);
}

BOOST_AUTO_TEST_CASE(events_about_what_is_not_here_are_ignored) {
  trio t;
  const auto a = t.spawn(0, 0);
  const instance_id gone{a, 9};
  t.feed(0, mobility_event::handled{gone, {}, {}});
  t.feed(0, mobility_event::handled{{a, 1}, {}, {}}); // nothing was running
  t.feed(0, mobility_event::saved{{a, 1}, 2, {}, {}});
  t.feed(0, mobility_event::restored{{a, 7}, {}});
  t.feed(0, mobility_event::posted{actor_id::stateful({9}, 1), {a, 0, {}}});
  const attempt_id attempt{a, 4};
  for (const mobile_message& m :
       {mobile_message{migrate_prepared{attempt, {}}},
        mobile_message{migrate_installed{attempt}},
        mobile_message{migrate_aborted{attempt, {}}},
        mobile_message{order_answer{5, {}}}, mobile_message{location_query{a}}})
    t.feed(0, mobility_event::received{t.id(1), m});
  BOOST_TEST(t.at(0).runs_here(a));
  BOOST_TEST(t.runs.empty());
}

BOOST_AUTO_TEST_CASE(an_actor_is_woken_once_and_by_its_last_wish) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  t.send(0, b, a);
  const auto wish = [&](int milliseconds) {
    auto [n, r] = t.runs.front();
    t.runs.pop_front();
    mobility_event::handled done{r.instance, {}, {}};
    done.wake = std::chrono::milliseconds(milliseconds);
    t.feed(n, done);
  };
  wish(5);
  t.send(0, b, a);
  wish(7);
  auto fired = 0;
  for (auto& [n, timer] : std::exchange(t.timers, {}))
    if (timer.timer.what == mobility_timer::kind::wake)
      t.feed(n, mobility_event::timed_out{timer.timer});
  for (auto& [n, r] : t.runs)
    fired += r.what.what == mail::kind::woken ? 1 : 0;
  BOOST_TEST(fired == 1);
}

namespace {

/// The oldest handler ends and says that its actor rests.
void rest(trio& t) {
  auto [n, r] = t.runs.front();
  t.runs.pop_front();
  mobility_event::handled done{r.instance, {}, {}};
  done.wake = std::chrono::milliseconds(5);
  done.rest = true;
  t.feed(n, done);
}

} // namespace

BOOST_AUTO_TEST_CASE(what_comes_during_a_rest_waits_and_keeps_its_order) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  for (int i = 0; i < 3; ++i)
    t.send(0, b, a);
  rest(t);
  t.send(0, b, a);
  t.settle();
  BOOST_TEST(t.handled.empty());
  t.fire(0, timer::wake);
  BOOST_REQUIRE(!t.runs.empty());
  BOOST_TEST((t.runs[0].second.what.what == mail::kind::woken)); // first
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "2 3 4 ");
}

BOOST_AUTO_TEST_CASE(one_that_rests_moves_and_says_again_that_it_rests) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  t.send(0, b, a);
  t.send(0, b, a);
  rest(t);
  t.order(0, a, 1, 1);
  while (t.runs.empty()) {
    if (!t.saves.empty())
      t.save();
    else if (!t.restores.empty())
      t.restore();
    else
      BOOST_REQUIRE(t.deliver());
  }
  BOOST_TEST((t.runs[0].second.what.what == mail::kind::arrived));
  rest(t);
  t.send(0, b, a);
  t.settle();
  BOOST_TEST(t.handled.empty());
  t.fire(0, timer::wake); // of the old place
  t.settle();
  BOOST_TEST(t.handled.empty());
  t.fire(1, timer::wake);
  t.settle();
  BOOST_TEST(sequences(t.handled, a) == "2 3 ");
}

BOOST_AUTO_TEST_CASE(who_sent_to_an_actor_that_ended_hears_of_it) {
  trio t;
  const auto a = t.spawn(0, 2);
  const auto b = t.spawn(1, 2);
  t.send(0, a, b);
  t.send(0, a, b);
  while (t.runs.empty())
    BOOST_REQUIRE(t.deliver());
  auto [n, r] = t.runs.front();
  t.runs.pop_front();
  mobility_event::handled last{r.instance, {}, {}};
  last.stop = true;
  t.feed(n, last); // the second message finds nobody
  while (t.deliver())
    continue;
  BOOST_TEST(!t.at(1).is_here(b));
  BOOST_TEST(t.at(1).is_dead(b));
  BOOST_TEST(t.at(2).is_dead(b)); // its home
  for (auto& [m, timer] : std::exchange(t.timers, {}))
    if (timer.timer.what == mobility_timer::kind::channel)
      t.feed(m, mobility_event::timed_out{timer.timer});
  while (t.deliver())
    continue;
  BOOST_REQUIRE(t.runs.size() == 1u);
  const auto& told = t.runs.front().second;
  BOOST_TEST((told.what.what == mail::kind::down));
  BOOST_TEST((told.instance.actor == a));
  BOOST_TEST((told.what.from == b));
  BOOST_TEST(told.what.channel == 1u); // so many are lost
}

BOOST_AUTO_TEST_CASE(an_actor_that_ends_while_it_moves_ends_where_it_arrives) {
  trio t;
  const auto a = t.spawn(0, 0);
  const auto b = t.spawn(0, 0);
  t.send(0, b, a);
  t.order(0, a, 1, 1);
  while (t.deliver()) // PREPARE and its answer: it waits for the handler
    continue;
  auto [n, r] = t.runs.front();
  t.runs.pop_front();
  mobility_event::handled last{r.instance, {}, {}};
  last.stop = true;
  t.feed(n, last);
  t.settle();
  BOOST_TEST(t.done[1].moved);
  BOOST_TEST(!t.at(0).is_here(a));
  BOOST_TEST(t.at(1).is_dead(a));
}

BOOST_AUTO_TEST_SUITE_END()
