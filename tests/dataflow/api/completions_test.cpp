#include "tests/dataflow/api/sessions.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <thread>

namespace {

using tern::future;
using tern::scheduler;
using tern::testing::all_schedulers;
using tern::testing::error_of;
using tern::testing::folder;
using tern::testing::open_session;

void wait_until(const auto& done) {
  for (int left = 10'000; left > 0 && !done(); --left)
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  BOOST_TEST_REQUIRE(done());
}

} // namespace

BOOST_AUTO_TEST_SUITE(completed_calls)

BOOST_AUTO_TEST_CASE(a_map_is_a_call_for_each_element) {
  for (auto kind : all_schedulers) {
    auto s = open_session(kind, 2);
    const std::vector<double> x{1, 2, 3};
    const auto sums = s.map("sum", x, std::views::iota(10, 13), 0.5);
    BOOST_TEST_REQUIRE(sums.size() == 3u);
    BOOST_TEST(sums[1].expression() == "sum(2.0, 11, 0.5)");
    const auto more = s.map("sum", sums, sums);
    const auto results = s.gather(more);
    for (std::size_t i = 0; i < 3; ++i)
      BOOST_TEST(results[i].item<double>() == 2 * (x[i] + 10.5 + double(i)));
  }
}

BOOST_AUTO_TEST_CASE(a_map_takes_texts_and_refuses_ranges_that_differ) {
  auto s = open_session(scheduler::synchronous, 1);
  const std::vector<std::string> words{"a", "four", "words here"};
  const auto lengths = s.gather(s.map("length", words));
  BOOST_TEST(lengths[2].item<double>() == 10);
  const auto same = s.map("length", "text", std::vector<int>{1, 2});
  BOOST_TEST(same.size() == 2u);
  BOOST_TEST(s.gather(same[1]).item<double>() == 4);
  BOOST_TEST(s.map("sum", std::vector<double>{}).empty());
  BOOST_CHECK_EXCEPTION(
      s.map("sum", std::vector<int>{1, 2}, std::vector<int>{1, 2, 3}),
      tern::expression_error, [](const auto& e) {
        return e.what()
               == std::string{
                   "map: sum is to get 2 of one argument and 3 of another"};
      });
}

BOOST_AUTO_TEST_CASE(every_call_is_given_once_with_its_number) {
  for (auto kind : all_schedulers) {
    auto s = open_session(kind, 2);
    std::vector<int> numbers(150); // more than are asked for in order
    std::iota(numbers.begin(), numbers.end(), 0);
    auto calls = s.map("sum", numbers, 100);
    calls.push_back(calls[7]); // the same call twice
    std::set<std::size_t> seen;
    for (const auto& done : s.as_completed(calls)) {
      BOOST_TEST(seen.insert(done.number()).second);
      BOOST_TEST(done.result().item<double>()
                 == (done.number() == 150 ? 107 : 100 + double(done.number())));
      BOOST_TEST(done.call().expression() == calls[done.number()].expression());
    }
    BOOST_TEST(seen.size() == 151u);
  }
}

BOOST_AUTO_TEST_CASE(results_come_in_the_order_in_which_they_are_there) {
  for (auto kind : {scheduler::threads, scheduler::processes}) {
    const folder here;
    auto s = open_session(kind, 2);
    const auto slow = s.submit("wait_for", here.file("gate"));
    std::vector<future> calls{s.submit("sum", slow, 1)};
    for (int i = 0; i < 100; ++i) // the first is in the way of none
      calls.push_back(s.submit("sum", i, i));
    auto all = s.as_completed(calls);
    for (int i = 0; i < 100; ++i)
      BOOST_TEST(all.next()->number() != 0u);
    here.create("gate");
    const auto last = all.next();
    BOOST_TEST_REQUIRE(last.has_value());
    BOOST_TEST(last->number() == 0u);
    BOOST_TEST(last->result().item<double>() == 2);
    BOOST_TEST(!all.next().has_value());
    BOOST_TEST(!all.next().has_value());
  }
}

BOOST_AUTO_TEST_CASE(a_call_that_fails_is_given_and_the_others_go_on) {
  for (auto kind : all_schedulers) {
    auto s = open_session(kind, 2);
    const auto bad = s.submit("fail", 7);
    const std::vector<future> calls{s.submit("sum", bad, 2), bad,
                                    s.submit("sum", 1, 2),
                                    s.submit("sum", 4, bad)};
    std::size_t given = 0;
    for (const auto& done : s.as_completed(calls)) {
      ++given;
      BOOST_TEST(done.failed() == (done.number() != 2));
      const auto e = error_of([&] { done.result(); });
      BOOST_TEST(e.any == done.failed());
      if (e.any)
        BOOST_TEST(e.what == "fail(7), block (): this function always fails");
    }
    BOOST_TEST(given == 4u);
    BOOST_TEST(s.gather(calls[2]).item<double>() == 3);
  }
}

BOOST_AUTO_TEST_CASE(one_that_is_dropped_early_leaves_the_session_usable) {
  for (auto kind : {scheduler::threads, scheduler::processes}) {
    const folder here;
    auto s = open_session(kind, 2);
    {
      const std::vector<future> calls{s.submit("wait_for", here.file("gate")),
                                      s.submit("sum", 1, 2)};
      auto all = s.as_completed(calls);
      BOOST_TEST(all.next()->number() == 1u);
      wait_until([&] { return here.has("gate.begun"); });
    }
    BOOST_TEST(s.gather(s.submit("sum", 3, 4)).item<double>() == 7);
    here.create("gate");
  }
}

BOOST_AUTO_TEST_CASE(meanwhile_the_session_computes_other_things) {
  for (auto kind : {scheduler::threads, scheduler::processes}) {
    const folder here;
    auto s = open_session(kind, 2);
    const std::vector<future> calls{s.submit("wait_for", here.file("gate"))};
    auto all = s.as_completed(calls);
    BOOST_TEST(s.gather(s.submit("sum", 3, 4)).item<double>() == 7);
    BOOST_TEST(s.compute(tern::ones({30}).sum()).item<double>() == 30);
    here.create("gate");
    BOOST_TEST(all.next()->result().item<double>() == 1);
  }
}

BOOST_AUTO_TEST_CASE(the_end_of_the_session_ends_it) {
  const folder here;
  std::optional<tern::session> s{open_session(scheduler::processes, 2)};
  const std::vector<future> calls{s->submit("sum", 1, 2),
                                  s->submit("wait_for", here.file("gate"))};
  auto all = s->as_completed(calls);
  BOOST_TEST(all.next()->number() == 0u);
  s.reset();
  const auto e = error_of([&] { all.next(); });
  BOOST_TEST((e.kind == tern::failure_kind::cancelled));
  here.create("gate");
}

BOOST_AUTO_TEST_CASE(a_gather_can_be_stopped) {
  for (auto kind : {scheduler::threads, scheduler::processes}) {
    const folder here;
    auto s = open_session(kind, 2);
    const auto slow = s.submit("wait_for", here.file("gate"));
    std::stop_source stop;
    std::jthread stopper([&] {
      while (!here.has("gate.begun"))
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      stop.request_stop();
    });
    const auto e =
        error_of([&] { s.gather(s.submit("sum", slow, 1), stop.get_token()); });
    BOOST_TEST((e.kind == tern::failure_kind::cancelled));
    BOOST_TEST(s.gather(s.submit("sum", 3, 4)).item<double>() == 7);
    here.create("gate");
    BOOST_TEST(s.gather(slow, std::stop_token{}).item<double>() == 1);
  }
}

BOOST_AUTO_TEST_CASE(a_gather_of_one_thread_stops_between_two_calls) {
  auto s = open_session(scheduler::synchronous, 1);
  std::stop_source stop;
  stop.request_stop();
  const auto e =
      error_of([&] { s.gather(s.submit("sum", 1, 2), stop.get_token()); });
  BOOST_TEST((e.kind == tern::failure_kind::cancelled));
  BOOST_TEST(s.gather(s.submit("sum", 1, 2)).item<double>() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
