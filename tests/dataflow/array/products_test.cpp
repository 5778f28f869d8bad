// What NumPy says about values is in tests/apps/references; here are blocks and
// mistakes.

#include "dataflow/array/array.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace tern::test;

namespace {

array numbers(const shape& s, std::vector<std::int64_t> cut) {
  return random_uniform(s, 1, dtype::float64, {std::move(cut)}) + 1;
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

} // namespace

BOOST_AUTO_TEST_SUITE(products_of_arrays)

BOOST_AUTO_TEST_CASE(a_batch_of_products_keeps_the_blocks_of_its_axes) {
  const auto a = numbers({5, 1, 6, 8}, {2, 1, 4, 3});
  const auto b = numbers({4, 8, 7}, {3, 5, 2});
  const auto c = matmul(a, b);
  BOOST_TEST((c.shape() == shape{5, 4, 6, 7}));
  BOOST_TEST((grid(c.cut()) == shape{3, 2, 2, 4}));
}

BOOST_AUTO_TEST_CASE(each_product_of_a_batch_is_the_product_of_its_matrices) {
  const auto a = numbers({3, 5, 40}, {2, 2, 2});
  const auto b = numbers({40, 6}, {3, 4});
  const auto all = compute(matmul(a, b)).values();
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto one_of = compute(at(a, {one(i)}).dot(b)).values();
    BOOST_REQUIRE(one_of.size() == 30u);
    for (std::size_t k = 0; k < 30; ++k)
      // sums of 40 numbers below 4, in another order of blocks
      BOOST_REQUIRE(
          std::abs(one_of[k] - all[static_cast<std::size_t>(i) * 30 + k])
          < 1e-12);
  }
}

BOOST_AUTO_TEST_CASE(products_over_nothing_are_zero) {
  const auto zero = compute(matmul(zeros({2, 3, 0}), zeros({2, 0, 4})));
  BOOST_TEST((zero.extents == shape{2, 3, 4}));
  for (double x : zero.values())
    BOOST_TEST(x == 0);
  BOOST_TEST(
      (matmul(zeros({0, 3, 2}), zeros({1, 2, 4})).shape() == shape{0, 3, 4}));
}

BOOST_AUTO_TEST_CASE(mistakes_name_the_product_and_the_shapes) {
  const auto a = numbers({4, 5, 6}, {2});
  const auto b = numbers({3, 6, 2}, {2});
  BOOST_TEST(mistake([&] { matmul(a, a); })
             == "matmul: shapes (4, 5, 6) and (4, 5, 6) do not agree: 6 and 5");
  BOOST_TEST(
      mistake([&] { matmul(a, b); })
      == "matmul: shapes (4, 5, 6) and (3, 6, 2) do not broadcast before "
         "their last two axes");
  BOOST_TEST(mistake([&] { matmul(a, full({}, 1.0)); })
             == "matmul: shapes (4, 5, 6) and () have to have axes");
  BOOST_TEST(mistake([&] { a.dot(a); })
             == "dot: shapes (4, 5, 6) and (4, 5, 6) do not agree: 6 and 5");
  const std::int64_t last[] = {-1};
  const std::int64_t twice[] = {0, -3};
  BOOST_TEST(mistake([&] { tensordot(a, b, last, last); })
             == "tensordot: axes (-1,) of shape (4, 5, 6) and axes (-1,) of "
                "shape (3, 6, 2) do not agree");
  BOOST_TEST(mistake([&] { tensordot(a, a, twice, twice); })
             == "tensordot: axis -3 is named twice");
  BOOST_TEST(
      mistake([&] { inner(a, b); })
      == "inner: shapes (4, 5, 6) and (3, 6, 2) do not agree along their "
         "last axes");
  BOOST_TEST(mistake([&] { vdot(a, b); })
             == "vdot: shapes (4, 5, 6) and (3, 6, 2) have not equally many "
                "elements");
}

BOOST_AUTO_TEST_SUITE_END()
