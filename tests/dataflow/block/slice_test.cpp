#include "dataflow/block/chunks.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace tern::test;

namespace {

void check(const block& x, const shape& start, const shape& step,
           const shape& s) {
  const auto got = slice(x, start, step, s, s);
  for (std::int64_t i = 0; i < got.size(); ++i) {
    auto at = index_of(s, i);
    for (std::size_t axis = 0; axis < at.size(); ++axis)
      at[axis] = start[axis] + at[axis] * step[axis];
    BOOST_REQUIRE_EQUAL(got.values<double>()[i],
                        x.values<double>()[linear_of(x.shape(), at)]);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(slices)

BOOST_AUTO_TEST_CASE(any_step_takes_the_right_elements) {
  const auto x = noise({7, 10, 12}, 1);
  check(x, {0, 0, 0}, {1, 1, 1}, {7, 10, 12});
  check(x, {1, 2, 3}, {1, 1, 1}, {5, 4, 9});
  check(x, {0, 1, 0}, {2, 3, 5}, {4, 3, 3});
  check(x, {6, 9, 11}, {-1, -1, -1}, {7, 10, 12});
  check(x, {5, 0, 11}, {-2, 1, -3}, {3, 10, 4});
  check(x, {0, 4, 0}, {1, 1, 1}, {7, 1, 12});
  check(x, {6, 9, 11}, {1, 1, 1}, {1, 1, 1});
  check(x, {0, 0, 0}, {1, 1, 1}, {0, 3, 3});
}

BOOST_AUTO_TEST_CASE(axes_are_dropped_and_added) {
  const auto x = noise({4, 5, 6}, 2);
  const auto got = slice(x, {2, 0, 1}, {1, 1, 2}, {1, 5, 3}, {5, 1, 3});
  BOOST_TEST((got.shape() == shape{5, 1, 3}));
  for (std::int64_t i = 0; i < 5; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      BOOST_TEST(got.values<double>()[i * 3 + j]
                 == x.values<double>()[2 * 30 + i * 6 + 1 + 2 * j]);
}

BOOST_AUTO_TEST_CASE(elements_of_all_sizes_are_sliced) {
  const auto b = make<bool>({5}, {true, false, false, true, true});
  BOOST_TEST(identical(slice(b, {4}, {-2}, {3}, {3}),
                       make<bool>({3}, {true, false, true})));
  const auto f = make<float>({4}, {1, 2, 3, 4});
  BOOST_TEST(identical(slice(f, {3}, {-1}, {4}, {2, 2}),
                       make<float>({2, 2}, {4, 3, 2, 1})));
  const auto scalar = block::of(std::int64_t{3});
  BOOST_TEST(slice(scalar, {}, {}, {}, {1, 1}).values<std::int64_t>()[0] == 3);
}

BOOST_AUTO_TEST_CASE(a_slice_beyond_the_block_is_refused) {
  const auto x = noise({4, 5}, 3);
  auto refused = [&](const shape& start, const shape& step, const shape& s,
                     const shape& result) {
    BOOST_CHECK_THROW(slice(x, start, step, s, result), std::invalid_argument);
  };
  refused({0, 3}, {1, 1}, {4, 3}, {4, 3});
  refused({1, 0}, {-1, 1}, {3, 5}, {3, 5});
  refused({-1, 0}, {1, 1}, {1, 5}, {1, 5});
  refused({0, 0}, {1, 1}, {2, 2}, {5});
  refused({0}, {1}, {2}, {2});
}

BOOST_AUTO_TEST_SUITE_END()
