#include "actors/link/event_loop.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using tern::event_loop;

namespace {

/// A loop that runs, and whose deputy stands by.
class running_loop {
public:
  running_loop() {
    loop.start("test");
    while (!between_rounds([] {}))
      std::this_thread::sleep_for(1ms);
  }

  /// From a task of the loop.
  bool between_rounds(event_loop::task f) {
    std::promise<bool> taken;
    loop.post([&] { taken.set_value(loop.between_rounds(std::move(f))); });
    return taken.get_future().get();
  }
  /// Whether it runs what is posted, in time.
  bool answers(std::chrono::milliseconds limit = 5s) {
    const auto done = std::make_shared<std::promise<void>>();
    auto seen = done->get_future();
    loop.post([done] { done->set_value(); });
    return seen.wait_for(limit) == std::future_status::ready;
  }

  event_loop loop;
};

} // namespace

BOOST_AUTO_TEST_SUITE(event_loops)

BOOST_AUTO_TEST_CASE(only_the_loop_has_rounds) {
  running_loop r;
  BOOST_TEST(!r.loop.between_rounds([] {}));
}

BOOST_AUTO_TEST_CASE(between_rounds_the_thread_is_not_the_loops) {
  running_loop r;
  std::promise<bool> in_loop;
  BOOST_TEST(r.between_rounds([&] { in_loop.set_value(r.loop.in_loop()); }));
  BOOST_TEST(!in_loop.get_future().get());
}

// A second one would wait for the first, which may wait for the second.
BOOST_AUTO_TEST_CASE(a_round_has_one_such_task) {
  running_loop r;
  std::promise<std::pair<bool, bool>> taken;
  std::promise<int> ran;
  r.loop.post([&] {
    const auto first = r.loop.between_rounds([&] { ran.set_value(1); });
    const auto second = r.loop.between_rounds([&] { ran.set_value(2); });
    taken.set_value({first, second});
  });
  const auto [first, second] = taken.get_future().get();
  BOOST_TEST(first);
  BOOST_TEST(!second);
  BOOST_TEST(ran.get_future().get() == 1);
}

BOOST_AUTO_TEST_CASE(it_comes_after_what_else_its_round_does) {
  running_loop r;
  std::vector<int> order;
  std::promise<void> done;
  r.loop.post([&] {
    r.loop.between_rounds([&] {
      order.push_back(3);
      done.set_value();
    });
    r.loop.at_end_of_round([&] { order.push_back(2); });
    order.push_back(1);
  });
  done.get_future().get();
  BOOST_TEST(order == (std::vector{1, 2, 3}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_takes_long_keeps_nobody_from_the_loop) {
  running_loop r;
  std::promise<void> begun;
  std::promise<void> let_go;
  BOOST_TEST(r.between_rounds([&] {
    begun.set_value();
    let_go.get_future().get();
  }));
  begun.get_future().get();
  for (int i = 0; i < 10; ++i)
    BOOST_TEST_REQUIRE(r.answers());
  BOOST_TEST(!r.between_rounds([] {})); // there is nobody to take over
  let_go.set_value();
  while (!r.between_rounds([] {})) // until that one stands by
    std::this_thread::sleep_for(1ms);
  BOOST_TEST(r.answers());
}

BOOST_AUTO_TEST_CASE(a_deputy_that_sleeps_is_woken) {
  running_loop r;
  std::this_thread::sleep_for(400ms); // nothing to do for so long
  std::promise<void> let_go;
  BOOST_TEST(r.between_rounds([&] { let_go.get_future().get(); }));
  BOOST_TEST(r.answers());
  let_go.set_value();
}

// The loop changes hands all the time; no task is lost, and none runs beside
// another one.
BOOST_AUTO_TEST_CASE(the_loop_changes_hands_and_loses_nothing) {
  constexpr int tasks = 300;
  int done = 0; // guarded by being the loop's
  std::atomic<int> breaks{0};
  std::atomic<bool> busy{false};
  std::atomic<int> beside{0};
  {
    running_loop r;
    for (int i = 0; i < tasks; ++i) {
      r.loop.post([&, i] {
        if (busy.exchange(true))
          ++beside;
        ++done;
        if (r.loop.between_rounds([&, i] {
              if (i % 7 == 0)
                std::this_thread::sleep_for(std::chrono::milliseconds(i % 9));
              ++breaks;
            }))
          --breaks;
        busy = false;
      });
      if (i % 5 == 0)
        std::this_thread::sleep_for(1ms);
    }
    BOOST_TEST_REQUIRE(r.answers(30s));
  } // what runs between rounds has an end before the loop has
  BOOST_TEST(done == tasks);
  BOOST_TEST(breaks == 0);
  BOOST_TEST(beside == 0);
}

BOOST_AUTO_TEST_CASE(a_loop_that_stops_waits_for_what_is_between_rounds) {
  std::atomic<bool> through{false};
  {
    running_loop r;
    std::promise<void> begun;
    BOOST_TEST(r.between_rounds([&] {
      begun.set_value();
      std::this_thread::sleep_for(50ms);
      through = true;
    }));
    begun.get_future().get();
  }
  BOOST_TEST(through);
}

BOOST_AUTO_TEST_CASE(a_loop_that_changed_hands_stops) {
  std::atomic<bool> through{false};
  {
    running_loop r;
    BOOST_TEST(r.between_rounds([&] {
      std::this_thread::sleep_for(100ms);
      through = true;
    }));
    BOOST_TEST_REQUIRE(r.answers());
  }
  BOOST_TEST(through);
}

BOOST_AUTO_TEST_CASE(what_was_taken_is_done_though_the_loop_stops) {
  for (int i = 0; i < 50; ++i) {
    std::atomic<int> taken{0};
    std::atomic<int> done{0};
    {
      running_loop r;
      std::promise<void> begun;
      r.loop.post([&] {
        begun.set_value();
        std::this_thread::sleep_for(std::chrono::microseconds(20 * i));
        r.loop.at_end_of_round(
            [&] { taken += r.loop.between_rounds([&] { ++done; }); });
      });
      begun.get_future().get();
    } // its stop may be a task of the same round
    BOOST_TEST(done == taken);
  }
}

BOOST_AUTO_TEST_SUITE_END()
