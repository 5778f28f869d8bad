#include "tests/dataflow/api/sessions.hpp"
#include "tests/dataflow/api/submitting_functions.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace tern;
using namespace tern::testing;

namespace {

// One compute thread a node: if a call that waits kept it, no other would run.
session open(scheduler kind) {
  session_options options;
  options.scheduler = kind;
  options.threads = 1;
  options.nodes = 2;
  options.executable = TERN_BINARY_DIR "/test_functions";
  options.kernels = functions();
  add_submitting_functions(options.kernels);
  return session{std::move(options)};
}

} // namespace

BOOST_AUTO_TEST_SUITE(submitting_calls)

BOOST_AUTO_TEST_CASE(a_call_may_submit_calls_and_wait_for_them) {
  for (const auto kind : all_schedulers) {
    auto s = open(kind);
    const auto [few, sum] =
        s.gather(s.submit("leaves", 3), s.submit("total", 50));
    BOOST_TEST(few.item<double>() == 8);
    BOOST_TEST(sum.item<double>() == 2500);
    BOOST_TEST(s.gather(s.submit("as_they_come", 5)).item<double>() == 5);
  }
}

BOOST_AUTO_TEST_CASE(many_calls_may_wait_at_once) {
  auto s = open(scheduler::threads);
  const std::vector<int> depths(20, 1);
  for (const auto& each : s.gather(s.map("leaves", depths)))
    BOOST_TEST(each.item<double>() == 2);
}

BOOST_AUTO_TEST_CASE(outside_of_a_call_there_is_no_session_of_it) {
  const auto e = error_of([] { session::of_this_call(); });
  BOOST_TEST(e.any);
  BOOST_TEST((e.kind == failure_kind::refused));
}

BOOST_AUTO_TEST_SUITE_END()
