#include "dataflow/block/chunks.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

using namespace tern;
using namespace tern::test;

namespace {

/// Whole numbers of -8 to 8, so that products and sums are exact in any dtype.
template <class T>
block whole_numbers(const shape& s, std::uint64_t seed) {
  const auto u = noise(s, seed);
  std::vector<T> values;
  for (double x : u.values<double>())
    values.push_back(static_cast<T>(std::floor(x * 17) - 8));
  return make<T>(s, values);
}

template <class T>
void check_sum_of_products(std::int64_t n, std::int64_t m,
                           const std::vector<std::int64_t>& inner) {
  std::vector<block> left;
  std::vector<block> right;
  std::vector<double> want(static_cast<std::size_t>(n * m), 0);
  for (auto k : inner) {
    left.push_back(whole_numbers<T>({n, k}, left.size() + 1));
    right.push_back(whole_numbers<T>({k, m}, left.size() + 100));
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < m; ++j)
        for (std::int64_t p = 0; p < k; ++p)
          want[static_cast<std::size_t>(i * m + j)] +=
              static_cast<double>(left.back().values<T>()[i * k + p])
              * static_cast<double>(right.back().values<T>()[p * m + j]);
  }
  const block got = dot(left, right);
  BOOST_TEST((got.shape() == shape{n, m}));
  for (std::int64_t i = 0; i < n * m; ++i)
    BOOST_REQUIRE_EQUAL(static_cast<double>(got.values<T>()[i]),
                        want[static_cast<std::size_t>(i)]);
}

} // namespace

BOOST_AUTO_TEST_SUITE(products)

BOOST_AUTO_TEST_CASE(products_of_pieces_add_up) {
  check_sum_of_products<double>(17, 23, {5, 1, 30});
  check_sum_of_products<float>(17, 23, {5, 1, 30});
  check_sum_of_products<std::int64_t>(17, 23, {5, 1, 130});
  check_sum_of_products<double>(1, 1, {1});
  check_sum_of_products<double>(70, 1, {64});
}

BOOST_AUTO_TEST_CASE(products_without_elements_are_zero_or_empty) {
  check_sum_of_products<double>(3, 4, {0});
  check_sum_of_products<double>(3, 4, {0, 2, 0});
  check_sum_of_products<double>(0, 4, {3});
  check_sum_of_products<std::int64_t>(3, 0, {3});
}

template <class T>
void check_batch() {
  // (2, 1, 3, 4) @ (1, 3, 4, 2): six products, each operand repeated
  const auto a = whole_numbers<T>({2, 1, 3, 4}, 1);
  const auto b = whole_numbers<T>({1, 3, 4, 2}, 2);
  const block left[] = {a, a};
  const block right[] = {b, b};
  const auto got = dot(left, right);
  BOOST_REQUIRE((got.shape() == shape{2, 3, 3, 2}));
  for (std::int64_t i = 0; i < 36; ++i) {
    const auto at = index_of(got.shape(), i);
    double want = 0;
    for (std::int64_t k = 0; k < 4; ++k)
      want += 2
              * static_cast<double>(
                  a.template values<T>()[(at[0] * 3 + at[2]) * 4 + k])
              * static_cast<double>(
                  b.template values<T>()[(at[1] * 4 + k) * 2 + at[3]]);
    BOOST_REQUIRE_EQUAL(static_cast<double>(got.template values<T>()[i]), want);
  }
}

BOOST_AUTO_TEST_CASE(a_batch_is_multiplied_matrix_by_matrix) {
  check_batch<double>();
  check_batch<float>();
  check_batch<std::int64_t>();
}

BOOST_AUTO_TEST_CASE(booleans_multiply_as_and_and_add_as_or) {
  const auto a = make<bool>({2, 3}, {true, false, false, false, true, true});
  const auto b = make<bool>({3, 2}, {true, false, false, false, false, true});
  const auto got = dot({&a, 1}, {&b, 1});
  BOOST_TEST(identical(got, make<bool>({2, 2}, {true, false, false, true})));
}

BOOST_AUTO_TEST_CASE(integers_wrap) {
  const auto big = std::int64_t{1} << 62;
  const auto a = make<std::int64_t>({1, 2}, {big, big});
  const auto b = make<std::int64_t>({2, 1}, {2, 2});
  BOOST_TEST(dot({&a, 1}, {&b, 1}).values<std::int64_t>()[0] == 0);
}

BOOST_AUTO_TEST_CASE(missing_values_reach_the_result) {
  const auto a = make<double>({1, 2}, {0.0, 1.0});
  const auto b = make<double>({2, 1}, {std::nan(""), 1.0});
  BOOST_TEST(std::isnan(dot({&a, 1}, {&b, 1}).item()));
}

BOOST_AUTO_TEST_CASE(shapes_and_dtypes_that_do_not_fit_are_refused) {
  const auto a = noise({3, 4}, 1);
  const auto b = noise({3, 4}, 2);
  const auto f = noise({4, 3}, 3, dtype::float32);
  const auto v = noise({4}, 4);
  auto refused = [](const block& x, const block& y) {
    BOOST_CHECK_THROW(dot({&x, 1}, {&y, 1}), std::invalid_argument);
  };
  refused(a, b);
  refused(a, f);
  refused(a, v);
  refused(noise({2, 3, 4}, 1), noise({3, 4, 2}, 2));
  refused(noise({2, 3, 4}, 1), noise({4, 2}, 2));
  BOOST_CHECK_THROW(dot({&a, 1}, {}), std::invalid_argument);
}

// Found in a run of references: with a BLAS that has no lock around its buffers
// two threads got each other's numbers (test_block.products_by_haswell shows
// it on any newer machine).
BOOST_AUTO_TEST_CASE(threads_that_multiply_at_once_get_their_own_products) {
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::int64_t t = 1; t <= 4; ++t)
    threads.emplace_back([&wrong, t] {
      for (std::int64_t i = 0; i < 3000; ++i) {
        const auto n = 1 + i % 19;
        const auto k = 1 + i % 17;
        const block left[] = {make<double>(
            {n, k}, std::vector<double>(static_cast<std::size_t>(n * k), 1))};
        const block right[] = {make<double>(
            {k, 3}, std::vector<double>(static_cast<std::size_t>(3 * k),
                                        static_cast<double>(t)))};
        const auto product = dot(left, right);
        for (double x : product.values<double>())
          wrong += x != static_cast<double>(k * t);
      }
    });
  for (auto& t : threads)
    t.join();
  BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_SUITE_END()
