#include "actors/evacuation.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

namespace {

const node_id self{1};
const node_id two{2};
const node_id three{3};

actor_id actor(std::uint64_t n) {
  return actor_id::stateful(self, n);
}

/// The first of two and three that is not barred.
node_id first_of_two(const std::set<node_id>& barred) {
  for (const auto id : {two, three})
    if (!barred.contains(id))
      return id;
  return {};
}

node_id nobody(const std::set<node_id>&) {
  return {};
}

migration_outcome refusal(const char* why) {
  return {false, self, 1, why};
}

} // namespace

BOOST_AUTO_TEST_SUITE(evacuations)

BOOST_AUTO_TEST_CASE(an_actor_is_ordered_once_until_it_has_answered) {
  evacuation e{self};
  const auto orders = e.next({actor(1)}, first_of_two);
  BOOST_REQUIRE(orders.size() == 1u);
  BOOST_TEST((orders[0].to == two));
  BOOST_TEST(!e.is_over());
  BOOST_TEST(e.next({actor(1)}, first_of_two).empty());
  e.on_answer(actor(1), {true, two, 2, {}});
  BOOST_TEST(e.next({actor(1)}, first_of_two).empty()); // late news
  BOOST_TEST(e.is_over());
  BOOST_TEST(e.moved() == 1u);
}

BOOST_AUTO_TEST_CASE(who_is_refused_is_sent_to_another_node) {
  evacuation e{self};
  e.next({actor(1)}, first_of_two);
  e.on_answer(actor(1), refusal("no memory"));
  const auto orders = e.next({actor(1)}, first_of_two);
  BOOST_REQUIRE(orders.size() == 1u);
  BOOST_TEST((orders[0].to == three));
}

BOOST_AUTO_TEST_CASE(who_is_refused_everywhere_three_times_stays) {
  evacuation e{self};
  std::size_t orders = 0;
  while (!e.next({actor(1)}, first_of_two).empty()) {
    ++orders;
    e.on_answer(actor(1), refusal("no type here"));
  }
  BOOST_TEST(orders == 6u);
  BOOST_TEST(e.is_over());
  const auto stayed = e.stayed({actor(1)});
  BOOST_REQUIRE(stayed.size() == 1u);
  BOOST_TEST(stayed[0].why == "no type here");
}

BOOST_AUTO_TEST_CASE(where_there_is_nobody_all_stay) {
  evacuation e{self};
  BOOST_TEST(e.next({actor(1), actor(2)}, nobody).empty());
  BOOST_TEST(e.is_over());
  BOOST_TEST(e.stayed({actor(1), actor(2)}).size() == 2u);
}

BOOST_AUTO_TEST_CASE(so_many_actors_go_at_a_time) {
  evacuation e{self};
  std::vector<actor_id> here;
  for (std::uint64_t n = 1; n <= 1000; ++n)
    here.push_back(actor(n));
  const auto orders = e.next(here, first_of_two);
  BOOST_TEST(orders.size() < 1000u);
  BOOST_TEST(!e.is_over());
  for (const auto& o : orders)
    e.on_answer(o.actor, {true, o.to, 2, {}});
  BOOST_TEST(!e.is_over()); // the others wait
}

BOOST_AUTO_TEST_SUITE_END()
