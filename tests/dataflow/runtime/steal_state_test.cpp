#include "actors/simulation/random.hpp"
#include "dataflow/runtime/steal_state.hpp"
#include "dataflow/runtime/steal_terms.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace tern;

using question = steal_state::question;

namespace {

constexpr node_id me{50};

steal_state with_peers(std::uint64_t count) {
  steal_state s{me};
  for (std::uint64_t i = 1; i <= count; ++i)
    s.joined(node_id{i * 10 == me.value ? 51 : i * 10});
  return s;
}

bool all_are(const steal_state::asks& asks, question what) {
  return std::all_of(asks.begin(), asks.end(),
                     [&](const auto& ask) { return ask.what == what; });
}

/// Misses until it sleeps; gives the last questions.
steal_state::asks put_to_sleep(steal_state& s) {
  auto asks = s.idle(0);
  while (!s.asleep()) {
    BOOST_TEST_REQUIRE(asks.size() == 1u);
    asks = s.answered(asks[0].to, 0, 0);
  }
  return asks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(steal_state_suite)

BOOST_AUTO_TEST_CASE(an_idle_node_asks_one_peer_and_waits_for_its_answer) {
  auto s = with_peers(3);
  const auto first = s.idle(1);
  BOOST_TEST_REQUIRE(first.size() == 1u);
  BOOST_TEST((first[0] == steal_state::ask{node_id{20}, question::probe}));
  BOOST_TEST(s.idle(2).empty());
  BOOST_TEST(!s.working());
}

BOOST_AUTO_TEST_CASE(whoever_gave_last_is_asked_first_until_it_has_nothing) {
  auto s = with_peers(9);
  s.answered(s.idle(0)[0].to, 0, 3);
  s.answered(node_id{80}, 4, 0);
  BOOST_TEST((s.giver() == node_id{80}));
  const auto again = s.idle(1);
  BOOST_TEST_REQUIRE(again.size() == 1u);
  BOOST_TEST((again[0] == steal_state::ask{node_id{80}, question::probe}));
  const auto next = s.answered(node_id{80}, 0, 1);
  BOOST_TEST((s.giver() == node_id{}));
  BOOST_TEST_REQUIRE(next.size() == 1u);
  BOOST_TEST((next[0].to != node_id{80}));
}

BOOST_AUTO_TEST_CASE(after_a_miss_the_giver_of_that_peer_is_asked) {
  auto s = with_peers(9);
  s.idle(0);
  const auto next = s.answered(node_id{10}, 0, 1, node_id{70});
  BOOST_TEST_REQUIRE(next.size() == 1u);
  BOOST_TEST((next[0] == steal_state::ask{node_id{70}, question::probe}));
}

BOOST_AUTO_TEST_CASE(givers_that_are_gone_or_oneself_are_not_asked) {
  auto s = with_peers(3);
  s.answered(node_id{20}, 1, 0);
  s.left(node_id{20}, 0);
  for (const auto hint : {me, node_id{20}, node_id{10}}) {
    const auto first = s.idle(0);
    BOOST_TEST_REQUIRE(first.size() == 1u);
    BOOST_TEST((first[0].to == node_id{10}));
    const auto second = s.answered(node_id{10}, 0, 1, hint);
    BOOST_TEST_REQUIRE(second.size() == 1u);
    BOOST_TEST((second[0].to == node_id{30}));
    s.answered(node_id{30}, 0, 0); // asleep
    s.busy();
  }
}

BOOST_AUTO_TEST_CASE(alone_it_asks_nobody) {
  steal_state s{me};
  BOOST_TEST(s.idle(7).empty());
  BOOST_TEST(s.working());
}

BOOST_AUTO_TEST_CASE(after_two_misses_it_sleeps_and_says_no_more) {
  auto s = with_peers(3);
  const auto first = s.idle(0);
  const auto second = s.answered(first[0].to, 0, 0);
  BOOST_TEST_REQUIRE(second.size() == 1u);
  BOOST_TEST((second[0].to != first[0].to));
  const auto lifelines = s.answered(second[0].to, 0, 0);
  BOOST_TEST(s.asleep());
  BOOST_TEST(lifelines.size() == 3u);
  BOOST_TEST(all_are(lifelines, question::lifeline));
  for (const auto& ask : lifelines)
    BOOST_TEST(s.answered(ask.to, 0, 5).empty());
  for (std::uint64_t i = 0; i < 100; ++i)
    BOOST_TEST(s.idle(i).empty());
}

BOOST_AUTO_TEST_CASE(a_gift_ends_the_sleep_and_cuts_the_other_lifelines) {
  auto s = with_peers(3);
  put_to_sleep(s);
  const auto cut = s.answered(node_id{20}, 4, 0);
  BOOST_TEST(s.working());
  BOOST_TEST(cut.size() == 2u);
  BOOST_TEST(all_are(cut, question::cancel));
  for (const auto& ask : cut)
    BOOST_TEST((ask.to != node_id{20})); // has forgotten us by giving
  BOOST_TEST(s.idle(0).size() == 1u);
}

BOOST_AUTO_TEST_CASE(work_of_its_own_cuts_all_lifelines) {
  auto s = with_peers(3);
  put_to_sleep(s);
  const auto cut = s.busy();
  BOOST_TEST(cut.size() == 3u);
  BOOST_TEST(all_are(cut, question::cancel));
  BOOST_TEST(s.busy().empty());
}

BOOST_AUTO_TEST_CASE(many_peers_are_asked_at_distances_that_double) {
  auto s = with_peers(20);
  const auto lifelines = put_to_sleep(s);
  std::vector<std::uint64_t> to;
  for (const auto& ask : lifelines)
    to.push_back(ask.to.value);
  // after 50 in the ring 10, 20, 30, 40, 51, 60, ..., 200
  const std::vector<std::uint64_t> expected{51, 60, 80, 120, 200};
  BOOST_TEST(to == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(lifelines_connect_every_node_with_every_other) {
  constexpr std::uint64_t nodes = 40;
  std::vector<std::vector<std::size_t>> gives_to(nodes);
  for (std::uint64_t n = 0; n < nodes; ++n) {
    steal_state s{node_id{n + 1}};
    for (std::uint64_t other = 0; other < nodes; ++other)
      s.joined(node_id{other + 1});
    for (const auto& ask : put_to_sleep(s))
      gives_to[ask.to.value - 1].push_back(n);
  }
  std::set<std::size_t> reached{0};
  std::vector<std::size_t> next{0};
  while (!next.empty()) {
    const auto from = next.back();
    next.pop_back();
    for (auto to : gives_to[from])
      if (reached.insert(to).second)
        next.push_back(to);
  }
  BOOST_TEST(reached.size() == nodes);
}

BOOST_AUTO_TEST_CASE(a_peer_that_dies_before_it_answers_counts_as_a_miss) {
  auto s = with_peers(2);
  const auto first = s.idle(0);
  const auto next = s.left(first[0].to, 0);
  BOOST_TEST_REQUIRE(next.size() == 1u);
  BOOST_TEST((next[0].to != first[0].to));
  BOOST_TEST(s.left(next[0].to, 0).empty());
  BOOST_TEST(s.working()); // alone again
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_is_asked_by_those_asleep) {
  auto s = with_peers(1);
  put_to_sleep(s);
  const auto asks = s.joined(node_id{99});
  BOOST_TEST_REQUIRE(asks.size() == 1u);
  BOOST_TEST((asks[0] == steal_state::ask{node_id{99}, question::lifeline}));
  BOOST_TEST(s.joined(node_id{99}).empty());
}

BOOST_AUTO_TEST_CASE(those_who_wait_are_kept_once_and_in_order) {
  auto s = with_peers(3);
  s.remember({node_id{10}, 1, 100});
  s.remember({node_id{20}, 2, 200});
  s.remember({node_id{10}, 1, 50});
  BOOST_TEST_REQUIRE(s.waiting().size() == 2u);
  BOOST_TEST((s.waiting()[0].who == node_id{20}));
  BOOST_TEST(s.waiting()[1].room == 50u);
  s.forget(node_id{20});
  s.left(node_id{10}, 0);
  BOOST_TEST(s.waiting().empty());
}

BOOST_AUTO_TEST_CASE(a_cluster_without_work_falls_silent) {
  constexpr std::uint64_t nodes = 12;
  simulation::random_source rng{3};
  std::vector<steal_state> all;
  for (std::uint64_t n = 0; n < nodes; ++n) {
    all.emplace_back(node_id{n + 1});
    for (std::uint64_t other = 0; other < nodes; ++other)
      all.back().joined(node_id{other + 1});
  }
  std::uint64_t questions = 0;
  for (int round = 0; round < 50; ++round)
    for (auto& s : all) {
      auto asks = s.idle(rng.below(1000));
      while (!asks.empty()) {
        questions += asks.size();
        const auto to = asks.front().to;
        asks = s.answered(to, 0, rng.below(1000));
      }
    }
  for (const auto& s : all)
    BOOST_TEST(s.asleep());
  BOOST_TEST(questions <= nodes * (steal_state::tries + nodes));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(steal_terms_suite)

BOOST_AUTO_TEST_CASE(a_move_pays_if_the_work_is_twice_the_way) {
  BOOST_TEST(move_pays(2001, 1000, 0));
  BOOST_TEST(!move_pays(2000, 1000, 0));
}

BOOST_AUTO_TEST_CASE(each_theft_doubles_the_bar_and_the_fifth_never_pays) {
  BOOST_TEST(!move_pays(4000, 1000, 1));
  BOOST_TEST(move_pays(4001, 1000, 1));
  BOOST_TEST(move_pays(16'001, 1000, 3));
  BOOST_TEST(!move_pays(1'000'000, 1, most_steals));
}

BOOST_AUTO_TEST_CASE(work_that_nobody_has_measured_may_go) {
  BOOST_TEST(move_pays(0, 1'000'000, 0));
}

BOOST_AUTO_TEST_CASE(a_victim_keeps_half_and_what_its_idle_threads_can_take) {
  BOOST_TEST(stealable_share(10, 0) == 5u);
  BOOST_TEST(stealable_share(1, 0) == 1u);
  BOOST_TEST(stealable_share(2, 1) == 1u);
  BOOST_TEST(stealable_share(1, 1) == 0u);
  BOOST_TEST(stealable_share(0, 0) == 0u);
  BOOST_TEST(stealable_share(3, 8) == 0u);
}

BOOST_AUTO_TEST_CASE(terms_are_used_up_by_tasks_room_and_work) {
  steal_terms t;
  t.tasks = 3;
  t.room = 100;
  t.work_ns = 50'000'000;
  t.take(10'000'000, 60);
  BOOST_TEST(t.tasks == 2u);
  BOOST_TEST(t.room == 40u);
  BOOST_TEST(!t.satisfied());
  t.take(0, 10); // not measured: counts for a thread's share
  BOOST_TEST(t.work_ns == 0u);
  BOOST_TEST(t.satisfied());
}

BOOST_AUTO_TEST_CASE(a_way_costs_its_round_trip_and_its_bytes) {
  link_cost l;
  l.ns_per_byte = 0.5;
  l.round_trip_ns = 1000;
  BOOST_TEST(l.transfer_ns(0) == 1000u);
  BOOST_TEST(l.transfer_ns(4000) == 3000u);
}

BOOST_AUTO_TEST_SUITE_END()
