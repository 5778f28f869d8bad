#include "dataflow/runtime/stall_watch.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace std::chrono_literals;

namespace {

constexpr block_key root{9, 0};
constexpr block_key input{4, 1};

task_report waits_for(const block_key& task, const block_key& what) {
  task_report r;
  r.task = task;
  r.missing = what;
  return r;
}

task_report runs(const block_key& task) {
  task_report r;
  r.task = task;
  r.phase = task_phase::running;
  r.run = execution{};
  return r;
}

const stall_watch::time start{};

} // namespace

BOOST_AUTO_TEST_SUITE(stall_watches)

BOOST_AUTO_TEST_CASE(it_asks_after_ten_seconds_without_progress) {
  stall_watch w{start};
  BOOST_TEST(!w.look(start + 9s, 0, root));
  BOOST_TEST(!w.look(start + 9s, 1, root)); // something was done
  BOOST_TEST(!w.look(start + 18s, 1, root));
  BOOST_TEST((w.look(start + 19s, 1, root) == root));
  BOOST_TEST(!w.look(start + 20s, 1, root)); // it is asked already
  w.answer(waits_for(root, input));
  BOOST_TEST(!w.found(start + 20s).has_value());
  BOOST_TEST((w.look(start + 20s, 1, root) == input));
  w.answer(runs(input));
  const auto found = w.found(start + 20s);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST((found->why.task == input));
  BOOST_TEST(found->stalled.count() == 11);
}

BOOST_AUTO_TEST_CASE(it_says_so_less_and_less_often) {
  stall_watch w{start};
  int said = 0;
  for (auto now = start; now < start + 300s; now += 100ms) {
    if (const auto asked = w.look(now, 7, root))
      w.answer(runs(*asked));
    said += w.found(now).has_value();
  }
  BOOST_TEST(said == 4); // after 10, 30, 90 and 270 seconds
}

BOOST_AUTO_TEST_CASE(progress_makes_it_begin_anew) {
  stall_watch w{start};
  BOOST_TEST(w.look(start + 10s, 0, root).has_value());
  BOOST_TEST(!w.look(start + 11s, 5, root).has_value());
  w.answer(runs(root)); // late
  BOOST_TEST(!w.found(start + 11s).has_value());
  BOOST_TEST(w.look(start + 21s, 5, root).has_value());
}

BOOST_AUTO_TEST_CASE(who_does_not_answer_is_the_reason) {
  stall_watch w{start};
  BOOST_TEST(w.look(start + 10s, 0, root).has_value());
  BOOST_TEST(!w.look(start + 11s, 0, root).has_value());
  BOOST_TEST(w.look(start + 12s, 0, root).has_value()); // once more
  BOOST_TEST(!w.look(start + 13s, 0, root).has_value());
  BOOST_TEST(!w.found(start + 13s).has_value());
  BOOST_TEST(!w.look(start + 14s, 0, root).has_value());
  const auto found = w.found(start + 14s);
  BOOST_TEST_REQUIRE(found.has_value());
  BOOST_TEST(!found->why.report.has_value());
}

BOOST_AUTO_TEST_CASE(a_result_that_is_there_is_no_stall) {
  stall_watch w{start};
  BOOST_TEST(w.look(start + 10s, 0, root).has_value());
  auto r = runs(root);
  r.phase = task_phase::held;
  w.answer(r);
  BOOST_TEST(!w.found(start + 10s).has_value());
  BOOST_TEST(!w.look(start + 19s, 0, root).has_value());
  BOOST_TEST(w.look(start + 20s, 0, root).has_value());
}

BOOST_AUTO_TEST_CASE(answers_that_nobody_asked_for_change_nothing) {
  stall_watch w{start};
  w.answer(runs(root));
  BOOST_TEST(!w.found(start).has_value());
  BOOST_TEST(w.look(start + 10s, 0, root).has_value());
  w.answer(runs(input));
  BOOST_TEST(!w.found(start + 10s).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
