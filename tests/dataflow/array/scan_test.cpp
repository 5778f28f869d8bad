// What NumPy says about values is in tests/apps/references; here are many
// blocks, the shape of the graph, and mistakes.

#include "dataflow/array/array.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>

using namespace tern;
using namespace tern::test;

namespace {

array ramp(std::int64_t n, std::int64_t cut) {
  return arange(std::int64_t{0}, n, std::int64_t{1}, {}, {{cut}});
}

template <class F>
std::string mistake(F&& f) {
  try {
    f();
  } catch (const expression_error& e) {
    return e.what();
  }
  return "no mistake";
}

/// The most layers one after the other.
std::size_t depth(const graph& g) {
  std::vector<std::size_t> depths;
  for (auto& l : g.layers) {
    std::size_t below = 0;
    for (auto& in : l.inputs)
      below = std::max(below, depths[in.from]);
    depths.push_back(below + 1);
  }
  return *std::max_element(depths.begin(), depths.end());
}

} // namespace

BOOST_AUTO_TEST_SUITE(scans)

BOOST_AUTO_TEST_CASE(totals_of_thousands_of_blocks_are_scanned_in_levels) {
  const auto sums = compute(ramp(9001, 2).cumsum()); // 4501, 71, 2 blocks
  for (std::size_t i = 0; i < sums.size(); ++i)
    BOOST_REQUIRE_EQUAL(sums[i], static_cast<double>(i * (i + 1) / 2));
  auto deep = [](std::int64_t blocks) {
    const auto a = ramp(blocks, 1).cumsum();
    return depth(lower({&a, 1}));
  };
  BOOST_TEST(deep(1) < deep(2));
  BOOST_TEST(deep(2) == deep(64));
  BOOST_TEST(deep(64) < deep(65));
  BOOST_TEST(deep(65) == deep(4096));
}

/// Totals begin at 0.0, so later blocks lose the sign of a zero.
BOOST_AUTO_TEST_CASE(the_first_block_keeps_negative_zeros) {
  const auto negative = full({6}, -0.0, {}, {{2}});
  const auto sums = compute(negative.cumsum());
  BOOST_TEST(std::signbit(sums[0]));
  BOOST_TEST(std::signbit(sums[1]));
}

BOOST_AUTO_TEST_CASE(running_results_of_nothing_are_nothing) {
  BOOST_TEST(compute(zeros({0, 3}).cumsum(0)).size() == 0);
  BOOST_TEST((zeros({4, 0}).cumprod().shape() == shape{0}));
}

BOOST_AUTO_TEST_CASE(an_axis_or_reduction_that_does_not_fit_is_refused) {
  const auto x = random_uniform({4, 5}, 1, dtype::float64, {{2}});
  BOOST_TEST(mistake([&] { x.cumsum(2); })
             == "cumsum: axis 2 of an array with 2 axes");
  BOOST_TEST(mistake([&] { x.scan(reduction::max, 0); })
             == "max: has no running results");
}

BOOST_AUTO_TEST_CASE(an_index_needs_one_axis_and_an_element) {
  const auto x = random_uniform({4, 5}, 1, dtype::float64, {{2}});
  BOOST_TEST(mistake([&] {
               x.argmin({0, 1});
             })
             == "argmin: takes one axis or none, not (0, 1)");
  BOOST_TEST(mistake([&] {
               zeros({0, 3}).argmax(0);
             })
             == "argmax: an array of shape (0, 3) has no element along axis 0");
  BOOST_TEST((zeros({0, 3}).argmax(1).shape() == shape{0}));
}

BOOST_AUTO_TEST_SUITE_END()
