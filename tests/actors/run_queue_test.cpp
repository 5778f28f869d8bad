#include "actors/run_queue.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

using namespace tern;

namespace {

struct item {
  int number = 0;
};
using queue = run_queue<item>;
using need = queue::need;

constexpr auto never = [] {
  return false;
};

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(need)

BOOST_AUTO_TEST_SUITE(run_queues)

BOOST_AUTO_TEST_CASE(gives_in_order_and_calls_a_worker_once) {
  queue q{4};
  item a;
  item b;
  BOOST_TEST(q.empty());
  BOOST_TEST(q.push(&a) == need::worker);
  BOOST_TEST(q.push(&b) == need::watch); // one is on its way
  BOOST_TEST(q.workers() == 1u);
  const auto desk = q.sit_down();
  BOOST_TEST(q.pop(desk) == &a);
  BOOST_TEST(!q.leave(desk)); // there is something
  BOOST_TEST(q.pop(desk) == &b);
  BOOST_TEST(!q.pop(desk));
  q.wait(never);
  BOOST_TEST(q.leave(desk));
  BOOST_TEST(q.workers() == 0u);
  BOOST_TEST(q.push(&a) == need::worker);
}

BOOST_AUTO_TEST_CASE(calls_as_many_as_their_handlers_keep_busy) {
  queue q{3};
  item a;
  q.note(900, 1000, 1); // 2/3 of ten, but no more than there are
  BOOST_TEST(q.push(&a) == need::worker);
  BOOST_TEST(q.push(&a) == need::worker);
  BOOST_TEST(q.push(&a) == need::worker);
  BOOST_TEST(q.push(&a) == need::nothing);
  const queue::desk desks[] = {q.sit_down(), q.sit_down(), q.sit_down()};
  for (int i = 0; i < 20; ++i)
    q.note(10, 1000, 1); // handlers that do nothing: one
  BOOST_TEST(!q.pop(desks[0]));
  BOOST_TEST(q.leave(desks[0]));
  BOOST_TEST(!q.pop(desks[2]));
  BOOST_TEST(q.leave(desks[2]));
  BOOST_TEST(q.pop(desks[1]) == &a); // the last one stays
  BOOST_TEST(!q.leave(desks[1]));
}

BOOST_AUTO_TEST_CASE(is_attended_while_handlers_are_short) {
  queue q{2};
  item a;
  BOOST_TEST(!q.is_attended());
  q.push(&a);
  BOOST_TEST(q.is_attended());
  q.note(1'000'000, 1'000'100, 1);
  BOOST_TEST(!q.is_attended()); // nobody knows when it comes
  BOOST_TEST(q.push(&a) == need::worker);
  for (int i = 0; i < 20; ++i)
    q.note(100, 1000, 1);
  BOOST_TEST(!q.is_attended()); // there is nobody else to be called
  BOOST_TEST(q.leave(q.sit_down()));
  for (int i = 0; i < 20; ++i)
    q.note(100, 1000, 1);
  BOOST_TEST(q.is_attended());
}

BOOST_AUTO_TEST_CASE(what_lies_behind_a_long_handler_gets_a_worker) {
  queue q{2};
  item a;
  item b;
  q.push(&a);
  q.push(&b);
  const auto stuck = q.sit_down();
  BOOST_TEST(q.pop(stuck) == &a); // and its handler goes on and on
  BOOST_TEST(!q.stalled());       // since the last look something was taken
  BOOST_TEST(q.stalled());
  BOOST_TEST(q.workers() == 2u);
  const auto other = q.sit_down();
  for (int i = 0; i < 5; ++i) { // as long as that takes
    BOOST_TEST(q.pop(other) == &b);
    q.push(&b);
    BOOST_TEST(!q.stalled());
    q.note(10, 1000, 1);
  }
  BOOST_TEST(!q.leave(other));
  BOOST_TEST(!q.pop(stuck)); // it is over: one of the two is too many
  BOOST_TEST(q.leave(stuck));
  BOOST_TEST(q.pop(other) == &b);
}

// Nobody is stuck where nobody is.
BOOST_AUTO_TEST_CASE(handlers_stay_brief_while_nobody_works) {
  queue q{2};
  BOOST_TEST(q.is_brief());
  q.stalled();
  q.stalled();
  BOOST_TEST(q.is_brief());
}

BOOST_AUTO_TEST_CASE(who_gets_up_is_not_stuck) {
  queue q{2};
  item a;
  q.push(&a);
  const auto desk = q.sit_down();
  q.stalled();
  q.stalled();
  q.get_up(desk);
  BOOST_TEST(q.push(&a) == need::nothing); // the second one is called already
  const auto again = q.sit_down();
  BOOST_TEST(!q.pop(again)); // two, and none of them is stuck
}

// Who waits takes one; the next one must not count on it.
BOOST_AUTO_TEST_CASE(one_that_waits_answers_for_one_item) {
  queue q{2};
  item a;
  item b;
  q.push(&a);
  const auto desk = q.sit_down();
  BOOST_TEST(q.pop(desk) == &a);
  q.wait([&] {
    BOOST_TEST(q.push(&a) == need::nothing);
    BOOST_TEST(q.push(&b) == need::watch);
    return true;
  });
  BOOST_TEST(q.pop(desk) == &a);
}

BOOST_AUTO_TEST_CASE(there_are_no_more_workers_than_there_are) {
  queue q{1};
  item a;
  BOOST_TEST(q.push(&a) == need::worker);
  BOOST_TEST(q.push(&a) == need::nothing);
  BOOST_TEST(!q.stalled());
  BOOST_TEST(!q.stalled());
  BOOST_TEST(q.workers() == 1u);
}

// Workers come and go; whoever is told to call one does.
BOOST_AUTO_TEST_CASE(nothing_stays_and_nothing_comes_twice) {
  constexpr int items = 20'000;
  queue q{2};
  std::vector<item> all(items);
  std::atomic<int> calls{0};
  std::atomic<bool> over{false};
  std::atomic<int> taken{0};
  const auto work = [&] {
    while (!over) {
      auto n = calls.load();
      if (n == 0 || !calls.compare_exchange_strong(n, n - 1)) {
        std::this_thread::yield();
        continue;
      }
      for (const auto desk = q.sit_down();;) {
        if (auto* i = q.pop(desk)) {
          ++i->number;
          ++taken;
          continue;
        }
        q.wait(never);
        if (q.leave(desk))
          break;
      }
    }
  };
  std::thread one{work};
  std::thread two{work};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i % 97 == 0) // now one is enough, now it is not
      q.note(i % 2 == 0 ? 900 : 10, 1000, 1);
    if (q.push(&all[i]) == need::worker)
      ++calls;
  }
  while (taken < items)
    std::this_thread::yield();
  over = true;
  one.join();
  two.join();
  BOOST_TEST(std::ranges::all_of(all, [](auto& i) { return i.number == 1; }));
  BOOST_TEST(q.workers() == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
