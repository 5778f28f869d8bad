#include "tests/dataflow/api/functions.hpp"

#include <boost/test/unit_test.hpp>
#include <tern/tern.hpp>
#include <unistd.h>

#include <string>
#include <vector>

#include <sys/resource.h>

namespace {

using tern::array;
using tern::future;
using tern::scheduler;

tern::session open(scheduler kind) {
  tern::session_options options;
  options.scheduler = kind;
  options.threads = kind == scheduler::threads ? 2 : 1;
  options.nodes = 3;
  options.executable = TERN_BINARY_DIR "/test_functions";
  options.kernels = tern::testing::functions();
  return tern::session{std::move(options)};
}

constexpr scheduler kinds[] = {scheduler::synchronous, scheduler::threads,
                               scheduler::processes};

// 30 blocks, ragged at both ends.
array sample() {
  return tern::random_uniform({50, 41}, 5, tern::dtype::float64, {{10, 7}});
}

std::string error_of(const auto& f) {
  try {
    f();
  } catch (const tern::run_error& e) {
    return e.what();
  }
  return "no error";
}

} // namespace

BOOST_AUTO_TEST_SUITE(submits)

BOOST_AUTO_TEST_CASE(futures_are_arguments_of_futures) {
  for (auto kind : kinds) {
    auto s = open(kind);
    auto a = s.submit("sum", 1, 2);
    auto b = s.submit("sum", a, 0.5);
    auto c = s.submit("sum", a, b, b);
    const auto [x, y] = s.gather(b, c);
    BOOST_TEST(x.item<double>() == 3.5);
    BOOST_TEST(y.item<double>() == 10);
    BOOST_TEST(c.expression()
               == "sum(sum(1, 2), sum(sum(1, 2), 0.5), "
                  "sum(sum(1, 2), 0.5))");
  }
}

BOOST_AUTO_TEST_CASE(a_function_chooses_dtype_and_shape) {
  for (auto kind : kinds) {
    auto s = open(kind);
    const auto counted = s.submit("count_to", 20'000);
    const auto made = s.gather(counted);
    BOOST_TEST((made.type() == tern::dtype::int64));
    BOOST_TEST(tern::to_string(made.shape()) == "(20000,)");
    BOOST_TEST(made.at<std::int64_t>({-1}) == 19'999);
    BOOST_TEST(s.gather(s.submit("sum", counted)).item<double>()
               == 19'999.0 * 10'000);
  }
}

BOOST_AUTO_TEST_CASE(an_array_gives_all_its_blocks) {
  for (auto kind : kinds) {
    auto s = open(kind);
    const auto x = sample();
    BOOST_TEST(s.gather(s.submit("blocks", x, x.T())).item<double>() == 60);
    // added in another order than `sum` of the array adds
    const auto total = s.gather(s.submit("sum", tern::floor(100 * x)));
    BOOST_TEST(total.item<double>()
               == s.compute(tern::floor(100 * x).sum()).item<double>());
  }
}

BOOST_AUTO_TEST_CASE(a_wide_graph_runs_each_call_once) {
  for (auto kind : kinds) {
    auto s = open(kind);
    std::vector<future> leaves;
    for (int i = 0; i < 40; ++i)
      leaves.push_back(s.submit("sum", i, i % 3));
    while (leaves.size() > 1) {
      std::vector<future> next;
      for (std::size_t i = 0; i + 1 < leaves.size(); i += 2)
        next.push_back(s.submit("sum", leaves[i], leaves[i + 1]));
      if (leaves.size() % 2)
        next.push_back(leaves.back());
      leaves = std::move(next);
    }
    BOOST_TEST(s.gather(leaves[0]).item<double>() == 780 + 39);
    // 40 leaves, 40 + 3 numbers less the 3 that are both, and 39 sums
    BOOST_TEST(s.last_run().tasks == 40u + 40u + 39u);
  }
}

BOOST_AUTO_TEST_CASE(a_string_goes_beside_the_blocks) {
  for (auto kind : kinds) {
    auto s = open(kind);
    const auto made = s.gather(s.submit("length", "four words of text", 1));
    BOOST_TEST(made.item<double>() == 18);
    BOOST_CHECK_THROW(s.submit("length", "a", "b"), tern::expression_error);
  }
}

BOOST_AUTO_TEST_CASE(a_function_that_throws_is_named_with_its_call) {
  for (auto kind : kinds) {
    auto s = open(kind);
    auto bad = s.submit("fail", 1);
    BOOST_TEST(error_of([&] { s.gather(s.submit("sum", bad, 2)); })
               == "fail(1), block (): this function always fails");
    BOOST_TEST(error_of([&] { s.gather(s.submit("nobody", 1)); })
               == "nobody(1), block (): no function is registered as nobody");
    BOOST_TEST(s.gather(s.submit("sum", 1)).item<double>() == 1);
  }
}

BOOST_AUTO_TEST_CASE(functions_run_in_the_node_processes) {
  auto s = open(scheduler::processes);
  const auto [here] = std::tuple{s.gather(s.submit("process"))};
  BOOST_TEST(here.item<double>() != static_cast<double>(::getpid()));
}

// So that messages are passed on while kernels run.
BOOST_AUTO_TEST_CASE(threads_that_run_functions_are_nicer_than_the_others) {
  const auto mine = ::getpriority(PRIO_PROCESS, 0);
  for (auto kind : {scheduler::threads, scheduler::processes}) {
    auto s = open(kind);
    BOOST_TEST(s.gather(s.submit("niceness")).item<double>() > mine);
  }
}

BOOST_AUTO_TEST_SUITE_END()
