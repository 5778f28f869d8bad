#include "dataflow/runtime/plan_rounds.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

using namespace tern;

namespace {

constexpr node_id a{1}, b{2}, c{3}, session{9}, heir{10}, guest{20};

plan_view three() {
  return {{{a, 1}, {b, 1}, {c, 1}}, session};
}

census holding(layer_id layer) {
  census out;
  out.held = {{layer, 0, 1}};
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(plan_rounds_suite)

BOOST_AUTO_TEST_CASE(a_round_is_complete_when_all_that_are_left_have_told) {
  plan_rounds r{three(), a};
  BOOST_TEST(r.is_first());
  BOOST_TEST(!r.complete());
  BOOST_TEST(r.exclude(c));
  BOOST_TEST(!r.exclude(c));
  const auto round = r.current();
  r.receive(a, round, {});
  r.receive(b, round, {});
  BOOST_TEST(!r.complete()); // the submitter has not
  r.receive(session, round, {});
  BOOST_TEST(r.complete());
  BOOST_TEST(r.told().size() == 3u);
}

BOOST_AUTO_TEST_CASE(deaths_heard_of_in_different_orders_meet_in_one_round) {
  plan_rounds at_a{three(), a};
  plan_rounds at_session{three(), session};
  at_a.exclude(b);
  at_session.exclude(c);
  const auto of_a = at_a.current();
  const auto of_session = at_session.current();
  BOOST_TEST(at_a.receive(session, of_session, {}));
  BOOST_TEST(at_session.receive(a, of_a, {}));
  BOOST_TEST((at_a.current() == at_session.current()));
  BOOST_TEST(at_a.current().dead.size() == 2u);
  // what was told in a smaller round counts no more
  BOOST_TEST(at_a.told().empty());
}

BOOST_AUTO_TEST_CASE(what_one_process_told_first_counts) {
  plan_rounds r{three(), a};
  r.exclude(c);
  r.receive(b, r.current(), holding(1));
  r.receive(b, r.current(), holding(2));
  BOOST_TEST((r.told().at(b) == holding(1)));
}

BOOST_AUTO_TEST_CASE(the_dead_and_strangers_have_no_say) {
  plan_rounds r{three(), a};
  r.exclude(c);
  r.receive(c, r.current(), {});
  r.receive(guest, r.current(), {});
  BOOST_TEST(r.told().empty());
}

BOOST_AUTO_TEST_CASE(one_that_is_taken_for_dead_hears_it_and_is_out) {
  plan_rounds at_a{three(), a};
  plan_rounds at_b{three(), b};
  at_a.exclude(b);
  const auto whom = at_a.others();
  BOOST_TEST((std::find(whom.begin(), whom.end(), b) != whom.end()));
  at_b.receive(a, at_a.current(), {});
  BOOST_TEST(at_b.is_out());
  BOOST_TEST(!at_b.complete());
}

BOOST_AUTO_TEST_CASE(a_guest_counts_only_if_it_had_work) {
  plan_rounds r{three(), a};
  BOOST_TEST(!r.exclude(guest));
  BOOST_TEST(r.is_first());
  BOOST_TEST(r.exclude(guest, true));
}

BOOST_AUTO_TEST_CASE(a_submitters_death_alone_begins_no_round) {
  plan_rounds r{three(), a};
  BOOST_TEST(!r.exclude(session));
  r.exclude(c);
  BOOST_TEST(r.exclude(session)); // the round would wait for it for ever
  r.receive(a, r.current(), {});
  r.receive(b, r.current(), {});
  BOOST_TEST(r.complete());
}

// Only its way to the place was cut: all others still reach it.
BOOST_AUTO_TEST_CASE(a_guest_that_lost_a_place_excludes_itself_alone) {
  plan_rounds r{three(), a};
  auto round = r.current();
  round.exclude(b);
  BOOST_TEST(r.receive(guest, round, {}));
  BOOST_TEST(!r.current().excludes(b));
  BOOST_TEST(r.current().excludes(guest));
  plan_rounds another{three(), node_id{21}}; // a guest as well
  BOOST_TEST(!another.receive(guest, round, {}));
}

// B lost sight of A, told A alone and died: C has not heard of it, and waits.
BOOST_AUTO_TEST_CASE(one_that_is_out_is_believed_that_and_nothing_else) {
  plan_rounds at_a{three(), a};
  plan_rounds at_b{three(), b};
  plan_rounds at_c{three(), c};
  at_b.exclude(a);
  at_b.exclude(c);
  at_a.receive(b, at_b.current(), {});
  BOOST_TEST(at_a.is_out());
  at_c.exclude(b);
  BOOST_TEST(at_a.is_missed_in(at_c.current()));
  BOOST_TEST(at_c.receive(a, at_a.current(), {}));
  BOOST_TEST(!at_a.is_missed_in(at_c.current()));
  BOOST_TEST(!at_c.is_out()); // though A has heard so
  at_c.receive(c, at_c.current(), {});
  at_c.receive(session, at_c.current(), {});
  BOOST_TEST(at_c.complete());
}

BOOST_AUTO_TEST_CASE(a_submitter_that_is_out_is_not_waited_for) {
  plan_rounds at_a{three(), a};
  plan_rounds at_session{three(), session};
  at_session.receive(b, {{session}, session}, {});
  BOOST_TEST(at_session.is_out());
  BOOST_TEST(!at_a.receive(session, at_session.current(), {})); // yet
  at_a.exclude(c);
  BOOST_TEST(at_session.is_missed_in(at_a.current()));
  BOOST_TEST(at_a.receive(session, at_session.current(), {}));
  at_a.receive(a, at_a.current(), {});
  at_a.receive(b, at_a.current(), {});
  BOOST_TEST(at_a.complete());
}

// It has followed a place that the lender does not follow.
BOOST_AUTO_TEST_CASE(a_guest_may_say_that_it_is_out) {
  plan_rounds at_a{three(), a};
  BOOST_TEST(at_a.receive(guest, {{b, guest}, session}, {}));
  BOOST_TEST(at_a.current().excludes(guest));
  BOOST_TEST(!at_a.current().excludes(b));
}

// The old submitter is still in its round; A has an heir already.
BOOST_AUTO_TEST_CASE(a_guest_has_no_say_after_an_heir_has_come) {
  plan_rounds at_a{three(), a};
  plan_rounds at_heir{three(), heir};
  at_heir.attach();
  at_a.receive(heir, at_heir.current(), {});
  at_a.receive(guest, {{b}, session}, {});
  BOOST_TEST(!at_a.current().excludes(b));
}

BOOST_AUTO_TEST_CASE(an_heir_takes_the_submitters_place) {
  plan_rounds at_a{three(), a};
  plan_rounds at_heir{three(), heir};
  at_heir.attach();
  BOOST_TEST(at_a.receive(heir, at_heir.current(), {}));
  BOOST_TEST((at_a.current().submitter == heir));
  BOOST_TEST(at_a.current().excludes(session));
  // the old one hears that it is out
  plan_rounds at_session{three(), session};
  at_session.receive(heir, at_heir.current(), {});
  BOOST_TEST(at_session.is_out());
}

BOOST_AUTO_TEST_CASE(of_two_heirs_one_stays_whoever_is_heard_first) {
  constexpr node_id other{11};
  plan_rounds first{three(), heir};
  plan_rounds second{three(), other};
  first.attach();
  second.attach();
  for (const bool swapped : {false, true}) {
    plan_rounds at_a{three(), a};
    if (swapped)
      at_a.receive(other, second.current(), {});
    at_a.receive(heir, first.current(), {});
    if (!swapped)
      at_a.receive(other, second.current(), {});
    BOOST_TEST((at_a.current().submitter == heir));
    BOOST_TEST(at_a.current().excludes(other));
  }
}

BOOST_AUTO_TEST_CASE(without_a_node_there_is_nothing_to_wait_for) {
  plan_rounds r{three(), session};
  for (auto who : {a, b, c})
    r.exclude(who);
  r.receive(session, r.current(), {});
  BOOST_TEST(!r.complete());
}

BOOST_AUTO_TEST_CASE(rounds_have_names_of_their_own) {
  plan_round r{{}, session};
  BOOST_TEST(id_in_round(7, r) == 7u);
  r.exclude(b);
  const auto one = id_in_round(7, r);
  BOOST_TEST(one != 7u);
  r.exclude(a);
  BOOST_TEST(id_in_round(7, r) != one);
  r.submitter = heir;
  BOOST_TEST(id_in_round(8, r) != id_in_round(7, r));
}

BOOST_AUTO_TEST_CASE(runs_hold_each_block_once) {
  const auto runs = runs_of({{1, 4}, {0, 2}, {1, 5}, {1, 4}, {1, 7}});
  const std::vector<block_run> right{{0, 2, 3}, {1, 4, 6}, {1, 7, 8}};
  BOOST_TEST((runs == right));
}

BOOST_AUTO_TEST_SUITE_END()
