#include <boost/test/unit_test.hpp>
#include <tern/tern.hpp>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

namespace {

using tern::array;
using tern::scheduler;

tern::session_options with(scheduler kind) {
  tern::session_options options;
  options.scheduler = kind;
  options.threads = kind == scheduler::threads ? 2 : 1;
  options.nodes = 3;
  options.executable = TERN_BINARY_DIR "/tern";
  return options;
}

// 30 blocks, ragged at both ends.
array sample() {
  return tern::random_uniform({50, 41}, 5, tern::dtype::float64, {{10, 7}});
}

std::vector<double> values(const tern::ndarray& a) {
  const auto all = a.values<double>();
  return {all.begin(), all.end()};
}

std::string message_of(const auto& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "no error";
}

} // namespace

BOOST_AUTO_TEST_SUITE(sessions)

BOOST_AUTO_TEST_CASE(every_scheduler_gives_the_same_bits) {
  const auto x = sample();
  const auto y = (x - x.mean(0)) / x.std(0);
  tern::session oracle{with(scheduler::synchronous)};
  const auto expected = values(oracle.compute(y));
  for (auto kind : {scheduler::threads, scheduler::processes}) {
    tern::session s{with(kind)};
    const auto made = s.compute(y);
    BOOST_TEST(tern::to_string(made.shape()) == "(50, 41)");
    BOOST_TEST((made.type() == tern::dtype::float64));
    BOOST_TEST(values(made) == expected);
    BOOST_TEST(s.last_run().nodes == (kind == scheduler::processes ? 3u : 1u));
  }
}

BOOST_AUTO_TEST_CASE(what_several_results_share_is_computed_once) {
  tern::session s{with(scheduler::threads)};
  const auto x = sample();
  const auto shared = x.dot(x.T());
  const auto one = s.compute(shared.sum());
  const auto tasks = s.last_run().tasks;
  const auto [total, largest, least] =
      s.compute(shared.sum(), shared.max(), shared.min());
  BOOST_TEST(total.item<double>() == one.item<double>());
  BOOST_TEST(largest.item<double>() >= least.item<double>());
  BOOST_TEST(s.last_run().tasks < 2 * tasks);
}

BOOST_AUTO_TEST_CASE(a_tuple_of_arrays_gives_a_tuple_of_results) {
  tern::session s{with(scheduler::synchronous)};
  const auto [a, b] =
      s.compute(std::tuple{tern::ones({3}).sum(), tern::zeros({4})});
  BOOST_TEST(a.item<double>() == 3);
  BOOST_TEST(values(b) == std::vector<double>(4, 0.0));
}

BOOST_AUTO_TEST_CASE(the_same_array_twice_is_given_twice) {
  tern::session s{with(scheduler::threads)};
  const auto x = sample();
  const auto [a, b] = s.compute(x, x);
  BOOST_TEST(values(a) == values(b));
}

BOOST_AUTO_TEST_CASE(a_result_has_the_layout_it_says) {
  tern::session s{with(scheduler::synchronous)};
  const auto a = s.compute(tern::arange(0, 24, 1, tern::dtype::int64, {{5}})
                           * tern::ones({2, 24}, tern::dtype::int64, {{1, 5}}));
  BOOST_TEST(tern::to_string(a.strides()) == "(24, 1)");
  BOOST_TEST(a.size() == 48);
  BOOST_TEST(a.at<std::int64_t>({1, 7}) == 7);
  BOOST_TEST(a.at<std::int64_t>({-1, -1}) == 23);
  BOOST_TEST(a.values<std::int64_t>()[24] == 0);
}

BOOST_AUTO_TEST_CASE(asking_for_another_type_is_an_error) {
  tern::session s{with(scheduler::synchronous)};
  const auto a = s.compute(tern::ones({3}));
  BOOST_TEST(message_of([&] { a.values<float>(); })
             == "values: asked for float32 from an array of float64 and shape "
                "(3,)");
  BOOST_TEST(message_of([&] { a.item<double>(); })
             == "item: an array of shape (3,) has 3 elements");
  BOOST_TEST(message_of([&] { a.at<double>({3}); })
             == "at: no element (3,) in an array of shape (3,)");
  BOOST_TEST(message_of([&] { tern::ndarray().values<double>(); })
             == "values: an ndarray that nothing computed");
}

BOOST_AUTO_TEST_CASE(an_empty_array_has_no_elements) {
  tern::session s{with(scheduler::threads)};
  const auto a = s.compute(tern::ones({0, 4}));
  BOOST_TEST(a.size() == 0);
  BOOST_TEST(a.values<double>().empty());
}

BOOST_AUTO_TEST_CASE(a_result_can_go_to_a_file_and_come_back) {
  const auto file = std::filesystem::temp_directory_path()
                    / ("tern-api-" + std::to_string(::getpid()) + ".nc");
  tern::session s{with(scheduler::threads)};
  const auto x = sample();
  s.write(x, file);
  const auto [again, before] =
      s.compute(tern::open_nc(file.string(), "result", {{13}}), x);
  std::filesystem::remove(file);
  BOOST_TEST(values(again) == values(before));
}

BOOST_AUTO_TEST_CASE(a_run_that_fails_throws_its_kind_and_place) {
  tern::session s{with(scheduler::threads)};
  try {
    s.write(sample(), "result.txt");
    BOOST_ERROR("no error");
  } catch (const tern::run_error& e) {
    BOOST_TEST((e.kind() == tern::failure_kind::refused));
    BOOST_TEST(
        e.what()
        == std::string("result.txt: results are written as .nc or .npy"));
  }
  tern::session_options nowhere = with(scheduler::cluster);
  nowhere.join_host = "127.0.0.1";
  nowhere.join_port = 1;
  BOOST_CHECK_THROW(tern::session{nowhere}, tern::run_error);
}

BOOST_AUTO_TEST_CASE(what_the_nodes_recorded_goes_to_a_file) {
  const auto file =
      std::filesystem::temp_directory_path()
      / ("tern-api-" + std::to_string(::getpid()) + ".tern-trace");
  auto options = with(scheduler::threads);
  options.trace = true;
  tern::session s{options};
  s.compute(sample().sum());
  s.write_traces(file);
  const auto bytes = std::filesystem::file_size(file);
  std::filesystem::remove(file);
  // 32 bytes an event before compression, 2 events a task
  BOOST_TEST(bytes > 200u);
}

// any other type would be read as if it were float64
static_assert(
    tern::element<
        double> && tern::element<bool> && tern::element<std::int32_t> && tern::element<float>);
static_assert(
    !tern::element<
        char> && !tern::element<long double> && !tern::element<tern::scalar>);

BOOST_AUTO_TEST_SUITE_END()
