#include "dataflow/runtime/plan_table.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <thread>

namespace {

using table = tern::plan_table<int, int>;

std::shared_ptr<int> host() {
  return std::make_shared<int>(0);
}

// With nothing parked.
bool opens(table& t, std::uint64_t id, const std::shared_ptr<int>& host) {
  return t.open(id, host, [](int) { BOOST_TEST(false); });
}

} // namespace

BOOST_AUTO_TEST_SUITE(plan_table_suite)

BOOST_AUTO_TEST_CASE(what_comes_before_the_plan_is_handed_over) {
  table t;
  int m = 7;
  BOOST_TEST(!t.find_or_park(1, m));
  std::vector<int> parked;
  BOOST_TEST(t.open(1, host(), [&](int kept) {
    BOOST_TEST(!t.find(1));
    parked.push_back(kept);
  }));
  BOOST_TEST(parked == std::vector<int>{7});
  BOOST_TEST(t.find_or_park(1, m) == t.find(1));
}

BOOST_AUTO_TEST_CASE(a_plan_that_is_over_takes_nothing_and_does_not_open) {
  table t;
  BOOST_TEST(!t.end(1));
  int m = 7;
  BOOST_TEST(!t.find_or_park(1, m));
  BOOST_TEST(!opens(t, 1, host()));
}

BOOST_AUTO_TEST_CASE(the_end_gives_the_host_back_once) {
  table t;
  const auto h = host();
  BOOST_TEST(opens(t, 1, h));
  BOOST_TEST(t.all().size() == 1u);
  BOOST_TEST(t.end(1) == h);
  BOOST_TEST(!t.end(1));
  BOOST_TEST(t.all().empty());
}

BOOST_AUTO_TEST_CASE(both_memories_are_bounded) {
  table t{2, 3};
  for (int m = 0; m < 5; ++m)
    t.find_or_park(1, m);
  std::size_t parked = 0;
  t.open(1, host(), [&](int) { ++parked; });
  BOOST_TEST(parked == 2u);
  for (std::uint64_t id = 10; id < 15; ++id)
    t.end(id);
  BOOST_TEST(!opens(t, 14, host()));
  BOOST_TEST(opens(t, 10, host())); // long forgotten
}

// Found with hundreds of small plans in one session: a message that came while
// the plan was being taken on was looked up before it opened and parked after,
// and the task that waited for it waited for ever.
BOOST_AUTO_TEST_CASE(no_message_is_lost_while_a_plan_opens) {
  constexpr std::uint64_t plans = 2000;
  constexpr int messages = 20;
  table t;
  std::atomic<std::uint64_t> now{0};
  std::atomic<int> received{0};
  std::thread sender{[&] {
    for (std::uint64_t id = 1; id <= plans; ++id) {
      while (now.load() < id)
        std::this_thread::yield();
      for (int m = 0; m < messages; ++m)
        if (int moved = m; t.find_or_park(id, moved))
          ++received;
    }
  }};
  for (std::uint64_t id = 1; id <= plans; ++id) {
    now.store(id);
    t.open(id, host(), [&](int) { ++received; });
  }
  sender.join();
  BOOST_TEST(received.load() == static_cast<int>(plans) * messages);
}

BOOST_AUTO_TEST_SUITE_END()
