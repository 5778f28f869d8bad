// The formula is checked by NumPy in tests/apps/references; here is what holds
// for any chunks, and what the numbers are like as a crowd.

#include "dataflow/array/array.hpp"
#include "tests/dataflow/array/computed.hpp"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace tern;
using namespace tern::test;

BOOST_AUTO_TEST_SUITE(normal_numbers)

BOOST_AUTO_TEST_CASE(they_are_the_same_bits_in_any_blocks) {
  const auto whole = compute(random_normal(2.0, 3.0, {17, 23}, 5));
  for (const chunk_spec& cut : {chunk_spec{{1}}, {{4, 5}}, {{17, 2}}})
    BOOST_TEST(
        (compute(random_normal(2.0, 3.0, {17, 23}, 5, dtype::float64, cut))
         == whole));
  BOOST_TEST((compute(random_normal(2.0, 3.0, {17, 23}, 6)) != whole));
}

BOOST_AUTO_TEST_CASE(a_million_of_them_have_the_moments_of_a_normal) {
  const auto z =
      compute(random_normal(0.0, 1.0, {1 << 20}, 1, dtype::float64)).values();
  double moments[5] = {};
  for (double x : z)
    for (int k = 1; k <= 4; ++k)
      moments[k] += std::pow(x, k) / static_cast<double>(z.size());
  // six standard deviations: sqrt(1, 2, 15, 96) / 1024
  BOOST_TEST(std::abs(moments[1]) < 6 * 1.0 / 1024);
  BOOST_TEST(std::abs(moments[2] - 1) < 6 * std::sqrt(2.0) / 1024);
  BOOST_TEST(std::abs(moments[3]) < 6 * std::sqrt(15.0) / 1024);
  BOOST_TEST(std::abs(moments[4] - 3) < 6 * std::sqrt(96.0) / 1024);
}

BOOST_AUTO_TEST_CASE(neighbours_and_seeds_have_nothing_to_do_with_each_other) {
  const auto n = std::size_t{1} << 18;
  const auto x = compute(random_normal(0.0, 1.0, {1 << 18}, 0)).values();
  const auto y = compute(random_normal(0.0, 1.0, {1 << 18}, 1)).values();
  const auto u = compute(random_uniform({1 << 18}, 0)).values();
  double next = 0, other = 0, uniform = 0;
  for (std::size_t i = 0; i < n; ++i) {
    next += x[i] * x[(i + 1) % n];
    other += x[i] * y[i];
    uniform += x[i] * (u[i] - 0.5) * std::sqrt(12.0);
  }
  // each product has mean 0 and variance 1: six standard deviations
  for (double sum : {next, other, uniform})
    BOOST_TEST(std::abs(sum) < 6 * std::sqrt(static_cast<double>(n)));
}

BOOST_AUTO_TEST_CASE(what_is_no_normal_is_refused) {
  BOOST_CHECK_THROW(random_normal(0.0, -1.0, {4}, 1), expression_error);
  BOOST_CHECK_THROW(random_normal(0.0, 1.0, {4}, 1, dtype::int64),
                    expression_error);
  BOOST_CHECK_THROW(random_normal(zeros({3}), 1.0, {4}, 1), expression_error);
  BOOST_CHECK_THROW(random_normal(zeros({2, 4}), 1.0, {4}, 1),
                    expression_error);
}

BOOST_AUTO_TEST_SUITE_END()
