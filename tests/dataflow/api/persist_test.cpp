#include "tests/dataflow/api/functions.hpp"

#include <boost/test/unit_test.hpp>
#include <tern/tern.hpp>

#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace {

using tern::array;
using tern::scheduler;

constexpr scheduler kinds[] = {scheduler::synchronous, scheduler::threads,
                               scheduler::processes};

tern::session open(scheduler kind, bool rotate = false) {
  tern::session_options options;
  options.scheduler = kind;
  options.threads = kind == scheduler::threads ? 2 : 1;
  options.nodes = 3;
  options.rotate = rotate;
  options.executable = TERN_BINARY_DIR "/test_functions";
  options.kernels = tern::testing::functions();
  return tern::session{std::move(options)};
}

// 30 blocks, ragged at both ends; `dot` is not made again for its readers.
array sample() {
  const auto x =
      tern::random_uniform({50, 41}, 5, tern::dtype::float64, {{10, 7}});
  return x.dot(x.T()).dot(x);
}

std::vector<double> values(const tern::ndarray& a) {
  const auto all = a.values<double>();
  return {all.begin(), all.end()};
}

} // namespace

BOOST_AUTO_TEST_SUITE(persists)

BOOST_AUTO_TEST_CASE(a_persisted_array_is_the_same_array) {
  for (auto kind : kinds) {
    auto s = open(kind);
    const auto x = sample();
    const auto held = s.persist(x);
    BOOST_TEST(held.expression() == x.expression());
    BOOST_TEST((held.cut() == x.cut()));
    BOOST_TEST(values(s.compute(held)) == values(s.compute(x)));
    // another cut of the blocks, other places, other nodes
    BOOST_TEST(values(s.compute((held.T() + 1).sum(0)))
               == values(s.compute((x.T() + 1).sum(0))));
    BOOST_TEST(values(s.compute(held(tern::slice(13, 37), 5)))
               == values(s.compute(x(tern::slice(13, 37), 5))));
  }
}

BOOST_AUTO_TEST_CASE(its_blocks_are_not_computed_again) {
  for (auto kind : kinds) {
    auto s = open(kind);
    const auto x = sample();
    s.compute(x);
    const auto whole = s.last_run().tasks;
    const auto held = s.persist(x);
    BOOST_TEST(s.last_run().tasks >= whole);
    s.compute(held);
    BOOST_TEST(s.last_run().tasks == 30u);
    s.compute(held(0, 0));
    BOOST_TEST(s.last_run().tasks <= 2u);
  }
}

BOOST_AUTO_TEST_CASE(many_blocks_stay_on_their_nodes) {
  auto s = open(scheduler::processes);
  const auto x =
      tern::random_uniform({600, 600}, 5, tern::dtype::float64, {{100}});
  const auto held = s.persist(tern::sin(x));
  // all would move if they went through the session; an idle node may steal
  // some of them
  const auto half = std::uint64_t{600} * 600 * 8 / 2;
  BOOST_TEST(s.last_run().bytes_moved < half);
  s.compute((held * 2).sum());
  BOOST_TEST(s.last_run().bytes_moved < half);
}

BOOST_AUTO_TEST_CASE(an_array_made_from_it_keeps_it) {
  for (auto kind : kinds) {
    auto s = open(kind);
    std::optional<array> derived;
    std::vector<double> expected;
    {
      const auto held = s.persist(sample());
      derived = (held + 1).named("derived");
      expected = values(s.compute(held + 1));
    }
    BOOST_TEST(values(s.compute(*derived)) == expected);
    derived.reset();
    BOOST_TEST(s.compute(tern::ones({3}).sum()).item<double>() == 3);
  }
}

BOOST_AUTO_TEST_CASE(blocks_that_move_are_found) {
  auto s = open(scheduler::processes, true);
  const auto x = sample();
  const auto held = s.persist(x);
  BOOST_TEST(values(s.compute(held + held.mean(0)))
             == values(s.compute(x + x.mean(0))));
}

BOOST_AUTO_TEST_CASE(a_task_that_fails_is_told_at_once) {
  for (auto kind : kinds) {
    auto s = open(kind);
    const auto wrong =
        tern::from_layer(tern::op_call{"fail", {}}, tern::dtype::float64,
                         sample().cut(), "wrong");
    BOOST_CHECK_EXCEPTION(
        s.persist(wrong + 1), tern::run_error, [](const tern::run_error& e) {
          return std::string{e.what()}.find("this function always fails")
                 != std::string::npos;
        });
    BOOST_TEST(s.compute(tern::ones({3}).sum()).item<double>() == 3);
  }
}

BOOST_AUTO_TEST_CASE(what_another_session_held_is_an_error) {
  for (auto kind : kinds) {
    std::optional<array> held;
    {
      auto first = open(kind);
      held = first.persist(sample());
    }
    auto s = open(kind);
    BOOST_CHECK_THROW(s.compute(*held), tern::run_error);
  }
}

// The indices of `take` travel with the plan, four bytes each.
BOOST_AUTO_TEST_CASE(a_plan_that_no_message_holds_is_refused) {
  std::vector<std::int64_t> indices(17'000'000);
  std::iota(indices.begin(), indices.end(), 0);
  const auto x = tern::ones({17'000'000}, tern::dtype::int8, {{17'000'000}});
  auto s = open(scheduler::processes);
  BOOST_CHECK_EXCEPTION(s.compute(tern::take(x, indices, 0).sum()),
                        tern::run_error, [](const tern::run_error& e) {
                          return std::string{e.what()}.find("indices")
                                 != std::string::npos;
                        });
  BOOST_TEST(s.compute(tern::ones({10}).sum()).item<double>() == 10); // goes on
}

BOOST_AUTO_TEST_SUITE_END()
