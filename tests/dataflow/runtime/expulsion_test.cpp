#include "dataflow/runtime/expulsion.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace std::chrono_literals;

namespace {

// After how many seconds it yields; 60: it does not.
double seconds_until_it_yields(part_of_cluster where) {
  for (where.waited = 0s; where.waited < 60s; where.waited += 250ms)
    if (where.should_yield())
      break;
  return std::chrono::duration<double>(where.waited).count();
}

} // namespace

BOOST_AUTO_TEST_SUITE(expulsion_suite)

// Wherever others were while it slept: alone, together, or with it.
BOOST_AUTO_TEST_CASE(who_slept_yields_before_who_did_not) {
  for (std::size_t here : {1, 2, 3})
    for (std::size_t there : {1, 2, 3})
      for (const bool lowest : {false, true})
        for (const bool session : {false, true}) {
          const auto slept = seconds_until_it_yields({.here = here,
                                                      .there = there,
                                                      .waited_for = session,
                                                      .slept = true,
                                                      .lowest = lowest});
          const auto rest = seconds_until_it_yields(
              {.here = there, .there = here, .lowest = !lowest});
          BOOST_TEST(slept + 1 < rest);
        }
}

// Two were stopped, and a session holds on to one of them; the third went on
// alone, with or without a session.
BOOST_AUTO_TEST_CASE(who_stayed_awake_alone_does_not_yield_to_sleepers) {
  for (const bool session : {false, true}) {
    const auto sleeper = seconds_until_it_yields({.here = 2,
                                                  .there = 1,
                                                  .waited_for = true,
                                                  .slept = true,
                                                  .lowest = true});
    const auto awake =
        seconds_until_it_yields({.here = 1, .there = 2, .waited_for = session});
    BOOST_TEST(sleeper + 1 < awake);
  }
}

BOOST_AUTO_TEST_CASE(of_two_that_slept_one_yields_first) {
  const auto lower = seconds_until_it_yields({.slept = true, .lowest = true});
  const auto higher = seconds_until_it_yields({.slept = true, .lowest = false});
  BOOST_TEST(higher == 0);
  BOOST_TEST(lower > 1);
}

BOOST_AUTO_TEST_CASE(of_two_that_slept_the_one_without_a_session_yields_first) {
  for (const bool lowest : {false, true}) {
    const auto with = seconds_until_it_yields(
        {.waited_for = true, .slept = true, .lowest = lowest});
    const auto without =
        seconds_until_it_yields({.slept = true, .lowest = !lowest});
    BOOST_TEST(without < with);
  }
}

BOOST_AUTO_TEST_CASE(a_lonely_node_yields_soon) {
  BOOST_TEST(seconds_until_it_yields({.here = 1, .there = 3}) < 6);
}

BOOST_AUTO_TEST_CASE(of_two_lonely_nodes_one_yields_first) {
  const auto lower =
      seconds_until_it_yields({.here = 1, .there = 1, .lowest = true});
  const auto higher =
      seconds_until_it_yields({.here = 1, .there = 1, .lowest = false});
  BOOST_TEST(higher < lower);
}

// It was stopped, wakes up, and a session joins it before it knows.
BOOST_AUTO_TEST_CASE(one_that_lost_all_yields_before_those_that_lost_one) {
  for (const bool lowest : {false, true}) {
    const auto one = seconds_until_it_yields(
        {.here = 1, .there = 3, .waited_for = true, .lowest = lowest});
    const auto rest = seconds_until_it_yields(
        {.here = 3, .there = 1, .waited_for = true, .lowest = !lowest});
    BOOST_TEST(one + 2 < rest);
  }
}

// However seldom it was asked at last: it was stopped, has just woken up, and
// is about to yield itself.
BOOST_AUTO_TEST_CASE(one_that_answers_at_last_has_time_to_yield) {
  sought_node sleeper;
  sought_node::time now{1h};
  sleeper.since = now;
  for (int i = 0; i < 100; ++i) {
    sleeper.note(false, now);
    BOOST_TEST((sleeper.next > now));
    now = sleeper.next;
  }
  BOOST_TEST((sleeper.next - now < 20s));
  now += 16s;
  sleeper.note(true, now);
  BOOST_TEST((sleeper.since == now));
  sleeper.note(true, now + 1s);
  BOOST_TEST((sleeper.since == now));
}

BOOST_AUTO_TEST_CASE(ids_decide_between_two_that_all_others_see) {
  const auto lower =
      seconds_until_it_yields({.here = 3, .there = 1, .lowest = true});
  const auto higher =
      seconds_until_it_yields({.here = 3, .there = 1, .lowest = false});
  BOOST_TEST(lower == 60);
  BOOST_TEST(higher < 30);
}

BOOST_AUTO_TEST_SUITE_END()
