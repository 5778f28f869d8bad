#include "tests/dataflow/api/sessions.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <stop_token>
#include <thread>

namespace {

using tern::call_options;
using tern::future;
using tern::scheduler;
using tern::testing::all_schedulers;
using tern::testing::error_of;
using tern::testing::folder;
using tern::testing::open_session;

} // namespace

BOOST_AUTO_TEST_SUITE(options_of_calls)

BOOST_AUTO_TEST_CASE(a_call_that_throws_is_tried_again) {
  for (auto kind : all_schedulers) {
    const folder here;
    auto s = open_session(kind, 1);
    const auto f =
        s.submit({.retries = 2}, "fail_first", 2, 40, here.file("a"));
    BOOST_TEST(s.gather(s.submit("sum", f, 2)).item<double>() == 42);
    BOOST_TEST(here.lines("a").size() == 3u);
  }
}

BOOST_AUTO_TEST_CASE(the_error_tells_how_often_it_was_tried) {
  for (auto kind : all_schedulers) {
    const folder here;
    auto s = open_session(kind, 1);
    const auto f = s.submit({.retries = 2}, "fail_first", 9, 1, here.file("a"));
    const auto e = error_of([&] { s.gather(s.submit("sum", f, 2)); });
    BOOST_TEST((e.kind == tern::failure_kind::kernel));
    BOOST_TEST(e.what.starts_with("fail_first(9, 1, '"));
    BOOST_TEST(e.what.ends_with("'), block (): call 3 (tried 3 times)"));
    BOOST_TEST(here.lines("a").size() == 3u);
  }
}

BOOST_AUTO_TEST_CASE(what_no_retry_can_mend_is_not_tried_again) {
  for (auto kind : all_schedulers) {
    auto s = open_session(kind, 1);
    const auto f = s.submit({.retries = 3}, "nobody");
    BOOST_TEST(error_of([&] { s.gather(f); }).what
               == "nobody(), block (): no function is registered as nobody");
  }
}

// Two numbers in braces could also be a text of two characters.
BOOST_AUTO_TEST_CASE(options_are_not_taken_for_a_name) {
  auto s = open_session(scheduler::synchronous, 1);
  const auto f = s.submit({.retries = 2, .priority = 5}, "sum", 1);
  BOOST_TEST(f.expression() == "sum(1)");
  const auto all =
      s.map({.retries = 2, .priority = 5}, "sum", std::vector<int>{1, 2});
  BOOST_TEST_REQUIRE(all.size() == 2u);
  BOOST_TEST(all[1].expression() == "sum(2)");
  BOOST_TEST(s.submit(std::string{"sum"}, 1).expression() == "sum(1)");
}

BOOST_AUTO_TEST_CASE(too_many_retries_are_a_mistake) {
  auto s = open_session(scheduler::synchronous, 1);
  BOOST_CHECK_EXCEPTION(
      s.submit({.retries = tern::most_retries + 1}, "sum", 1),
      tern::expression_error, [](const auto& e) {
        return e.what()
               == std::string{
                   "submit: 101 retries of sum, and 100 are the most"};
      });
}

BOOST_AUTO_TEST_CASE(a_plan_that_is_over_tries_nothing_again) {
  const folder here;
  auto s = open_session(scheduler::threads, 1);
  const auto slow = s.submit({.retries = 50}, "fail_slowly", here.file("a"));
  std::stop_source stop;
  std::jthread stopper([&] {
    while (here.lines("a").empty())
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    stop.request_stop();
  });
  BOOST_TEST(error_of([&] { s.gather(slow, stop.get_token()); }).any);
  // the only thread is free for this when the call under way has ended
  BOOST_TEST(s.gather(s.submit("sum", 1, 2)).item<double>() == 3);
  BOOST_TEST(here.lines("a").size() < 50u);
}

BOOST_AUTO_TEST_CASE(the_highest_priority_runs_first) {
  for (auto kind : {scheduler::synchronous, scheduler::threads}) {
    const folder here;
    auto s = open_session(kind, 1);
    std::vector<future> calls;
    for (int i = 0; i < 12; ++i)
      calls.push_back(
          s.submit({.priority = i % 4 - 1}, "note", i, here.file("order")));
    s.gather(calls);
    std::vector<int> order;
    for (const auto& line : here.lines("order"))
      order.push_back(std::stoi(line));
    const std::vector<int> expected{3, 7, 11, 2, 6, 10, 1, 5, 9, 0, 4, 8};
    BOOST_TEST(order == expected, boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(what_an_urgent_call_needs_is_urgent) {
  for (auto kind : {scheduler::synchronous, scheduler::threads}) {
    const folder here;
    auto s = open_session(kind, 1);
    const auto file = here.file("order");
    const auto early = s.submit("note", 1, file);
    const auto needed = s.submit("note", 2, file);
    const auto urgent = s.submit({.priority = 9}, "sum", needed);
    s.gather(std::vector<future>{early, urgent});
    const auto lines = here.lines("order");
    BOOST_TEST_REQUIRE(lines.size() == 2u);
    BOOST_TEST(std::stoi(lines[0]) == 2);
  }
}

BOOST_AUTO_TEST_CASE(calls_with_other_options_are_other_calls) {
  auto s = open_session(scheduler::synchronous, 1);
  const auto a = s.submit("sum", 1, 2);
  const auto b = s.submit({.retries = 1}, "sum", 1, 2);
  const auto c = s.submit({.priority = 1}, "sum", 1, 2);
  s.gather(std::vector<future>{a, b, c, s.submit("sum", 1, 2)});
  BOOST_TEST(s.last_run().tasks == 5u); // two numbers
  const auto mapped = s.map({.retries = 1}, "sum", std::vector<int>{1, 1}, 2);
  s.gather(std::vector<future>{b, mapped[0], mapped[1]});
  BOOST_TEST(s.last_run().tasks == 3u);
}

BOOST_AUTO_TEST_SUITE_END()
