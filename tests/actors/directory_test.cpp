#include "actors/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <map>

using namespace tern;

namespace {

constexpr node_id me{1};

actor_id actor(std::uint64_t n) {
  return actor_id::stateful({77}, n);
}

std::vector<node_id> nodes(std::uint64_t n) {
  std::vector<node_id> out;
  for (std::uint64_t i = 1; i <= n; ++i)
    out.push_back({i});
  return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(directories)

BOOST_AUTO_TEST_CASE(homes_are_spread_evenly) {
  constexpr int actors = 60'000;
  for (const std::uint64_t count : {2, 3, 10}) {
    const auto view = nodes(count);
    std::map<node_id, int> homes;
    for (int i = 0; i < actors; ++i)
      ++homes[home_of(actor(static_cast<std::uint64_t>(i)), view)];
    const double share = actors / static_cast<double>(count);
    for (auto& [node, n] : homes) // five standard deviations
      BOOST_TEST(std::abs(n - share) < 5 * std::sqrt(share));
  }
}

BOOST_AUTO_TEST_CASE(a_node_that_comes_or_goes_moves_its_own_share_only) {
  const auto before = nodes(5);
  const auto after = nodes(6);
  int moved = 0;
  for (std::uint64_t i = 0; i < 6000; ++i) {
    const auto old_home = home_of(actor(i), before);
    const auto new_home = home_of(actor(i), after);
    if (old_home != new_home) {
      BOOST_TEST((new_home == node_id{6}));
      ++moved;
    }
  }
  BOOST_TEST(std::abs(moved - 1000) < 150); // five standard deviations
}

BOOST_AUTO_TEST_CASE(the_order_of_the_view_does_not_matter) {
  const std::vector<node_id> one{{1}, {2}, {3}};
  const std::vector<node_id> other{{3}, {1}, {2}};
  for (std::uint64_t i = 0; i < 100; ++i)
    BOOST_TEST((home_of(actor(i), one) == home_of(actor(i), other)));
}

BOOST_AUTO_TEST_CASE(a_service_is_at_home_on_its_node) {
  directory d(me);
  const auto service = actor_id::service({5}, 3);
  BOOST_TEST((d.home(service) == node_id{5}));
  BOOST_TEST((d.find(service)->node == node_id{5}));
  BOOST_TEST(!d.learn(service, {{6}, 9}));
  BOOST_TEST((d.find(service)->node == node_id{5}));
}

BOOST_AUTO_TEST_CASE(an_empty_view_has_no_homes) {
  BOOST_TEST(!home_of(actor(1), {}));
}

BOOST_AUTO_TEST_CASE(the_higher_epoch_wins_in_any_order) {
  directory d(me);
  BOOST_TEST(!d.find(actor(1)));
  BOOST_TEST(d.learn(actor(1), {{2}, 4}));
  BOOST_TEST(!d.learn(actor(1), {{3}, 3}));
  BOOST_TEST(!d.learn(actor(1), {{3}, 4}));
  BOOST_TEST((d.find(actor(1))->node == node_id{2}));
  BOOST_TEST(d.learn(actor(1), {{3}, 5}));
  BOOST_TEST((*d.find(actor(1)) == location{{3}, 5}));
  BOOST_TEST(!d.learn(actor(1), {{}, 9})); // no node
}

BOOST_AUTO_TEST_CASE(what_proved_wrong_is_forgotten_unless_news_came) {
  directory d(me);
  d.set_view({me, {2}});
  // One actor at home here, one not.
  actor_id mine;
  actor_id other;
  for (std::uint64_t i = 0; !mine.high || !other.high; ++i)
    (d.home(actor(i)) == me ? mine : other) = actor(i);
  d.learn(other, {{2}, 4});
  d.forget(other, 3); // older than what is known
  BOOST_TEST(d.find(other).has_value());
  d.forget(other, 4);
  BOOST_TEST(!d.find(other));
  d.learn(mine, {{2}, 4});
  d.forget(mine, 4);
  BOOST_TEST(d.find(mine).has_value());
}

BOOST_AUTO_TEST_CASE(the_cache_is_bounded_and_the_homes_entries_stay) {
  constexpr std::size_t limit = 10;
  directory d(me, limit);
  d.set_view({me, {2}});
  std::size_t mine = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    d.learn(actor(i), {{2}, 1});
    mine += d.home(actor(i)) == me;
  }
  BOOST_TEST(d.size() == mine + limit);
  for (std::uint64_t i = 0; i < 1000; ++i)
    if (d.home(actor(i)) == me)
      BOOST_TEST(d.find(actor(i)).has_value());
  // What was home's is cache, if the view says so.
  d.set_view({{2}, {3}});
  d.learn(actor(5000), {{2}, 1});
  BOOST_TEST(d.size() == limit);
}

BOOST_AUTO_TEST_CASE(a_view_takes_what_was_on_lost_nodes_and_what_is_homes) {
  directory d(me);
  d.set_view({me, {2}, {3}});
  for (std::uint64_t i = 0; i < 100; ++i)
    d.learn(actor(i), {{2 + i % 2}, 1});
  d.set_view({me, {2}});
  for (std::uint64_t i = 0; i < 100; ++i)
    BOOST_TEST(d.find(actor(i)).has_value()
               == (i % 2 == 0 && d.home(actor(i)) != me));
}

BOOST_AUTO_TEST_CASE(a_view_knows_its_nodes) {
  directory d(me);
  d.set_view({{9}, {3}, me});
  BOOST_TEST(d.in_view(me));
  BOOST_TEST(d.in_view({9}));
  BOOST_TEST(!d.in_view({4}));
  BOOST_TEST((d.view() == std::vector<node_id>{me, {3}, {9}}));
}

BOOST_AUTO_TEST_SUITE_END()
