#include "actors/fifo.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <memory>
#include <random>

using namespace tern;

BOOST_AUTO_TEST_SUITE(fifos)

BOOST_AUTO_TEST_CASE(it_does_what_a_deque_does) {
  std::mt19937 dice{7};
  fifo<int> some;
  std::deque<int> same;
  for (int i = 0; i < 20'000; ++i) {
    const auto what = dice() % 100;
    const bool grows = i / 500 % 2 == 0; // to some hundreds, and back
    if (what < (grows ? 70 : 30)) {
      some.push_back(i);
      same.push_back(i);
    } else if (what < 72) {
      some.push_front(i);
      same.push_front(i);
    } else if (!same.empty()) {
      some.pop_front();
      same.pop_front();
    }
    BOOST_REQUIRE(some.size() == same.size());
    BOOST_REQUIRE(some.empty() == same.empty());
    if (same.empty())
      continue;
    BOOST_REQUIRE(some.front() == same.front());
    BOOST_REQUIRE(some.back() == same.back());
    BOOST_REQUIRE(some[same.size() / 2] == same[same.size() / 2]);
  }
  BOOST_TEST(some.size() > 0u);
  BOOST_TEST(std::vector<int>(some.begin(), some.end())
                 == std::vector<int>(same.begin(), same.end()),
             boost::test_tools::per_element());
  some.clear();
  BOOST_TEST(some.empty());
}

BOOST_AUTO_TEST_CASE(what_was_taken_off_is_freed_at_once) {
  auto first = std::make_shared<int>(1);
  fifo<std::shared_ptr<int>> some;
  some.push_back(first);
  some.push_back(std::make_shared<int>(2));
  some.pop_front();
  BOOST_TEST(first.use_count() == 1);
  BOOST_TEST(*some.front() == 2);
}

BOOST_AUTO_TEST_SUITE_END()
