// What NumPy says about values is in tests/apps/references; here are blocks and
// mistakes.

#include "dataflow/array/array.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace tern::test;

namespace {

array counted(std::int64_t rows, std::int64_t columns,
              std::vector<std::int64_t> cut) {
  return random_uniform({rows, columns}, 1, dtype::float64, {std::move(cut)})
         + 1;
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

shape blocks(const array& a) {
  return grid(a.cut());
}

} // namespace

BOOST_AUTO_TEST_SUITE(layouts)

BOOST_AUTO_TEST_CASE(rechunking_needs_the_blocks_that_overlap_and_no_others) {
  const auto x = counted(100, 100, {10});
  const auto y = x.rechunk({{25, 100}});
  BOOST_TEST((blocks(y) == shape{4, 1}));
  BOOST_TEST((compute(y) == compute(x)));
  // one new block of 25 rows: 3 rows of 10 old blocks, each source and sum
  const auto few = at(y, {cut(0, 5), one(3)});
  BOOST_TEST(edge_index{lower({&few, 1})}.tasks() == 2 * 30 + 1 + 1);
  BOOST_TEST((x.rechunk({{10}}).root() == x.root()));
}

BOOST_AUTO_TEST_CASE(concatenation_keeps_the_blocks_of_its_parts) {
  const array parts[] = {counted(5, 6, {2, 3}), counted(4, 6, {3, 2})};
  const auto joined = concatenate(parts);
  BOOST_TEST((joined.shape() == shape{9, 6}));
  BOOST_TEST((blocks(joined) == shape{5, 2}));
  BOOST_TEST(compute(joined)[6 * 5 + 4] == compute(parts[1])[4]);
  BOOST_TEST((concatenate({parts, 1}).root() == parts[0].root()));
}

BOOST_AUTO_TEST_CASE(a_reshaped_array_is_cut_along_one_axis_of_each_group) {
  const auto x = counted(24, 10, {4, 10});
  BOOST_TEST((blocks(reshape(x, {4, 6, 10})) == shape{4, 1, 1}));
  BOOST_TEST((blocks(reshape(x, {240})) == shape{6}));
  // rows of 10 do not end where rows of 16 do: 8 rows at a time
  BOOST_TEST((blocks(reshape(x, {15, 16})) == shape{3, 1}));
  BOOST_TEST((compute(reshape(x, {15, 16})).values() == compute(x).values()));
  BOOST_TEST((reshape(x, {1, 24, 1, 10}).shape() == shape{1, 24, 1, 10}));
  BOOST_TEST((reshape(zeros({0, 3}), {3, 0, 2}).shape() == shape{3, 0, 2}));
  BOOST_TEST((reshape(full({}, 2.5), {1, 1}).shape() == shape{1, 1}));
}

BOOST_AUTO_TEST_CASE(mistakes_name_the_operation_and_the_shapes) {
  const auto x = counted(4, 6, {2});
  const array parts[] = {x, counted(4, 5, {2})};
  BOOST_TEST(mistake([&] { concatenate(parts); })
             == "concatenate: shapes (4, 6) (4, 5) differ along axis 1");
  BOOST_TEST(mistake([&] { stack(parts); })
             == "stack: shapes (4, 6) (4, 5) differ along axis 1");
  BOOST_TEST(mistake([&] { concatenate(parts, 2); })
             == "concatenate: axis 2 of an array with 2 axes");
  BOOST_TEST(mistake([&] { concatenate({}); })
             == "concatenate: needs at least one array");
  BOOST_TEST(mistake([&] {
               reshape(x, {5, 5});
             })
             == "reshape: an array of shape (4, 6) has no shape (5, 5)");
  BOOST_TEST(mistake([&] {
               reshape(x, {-1, -1});
             })
             == "reshape: an array of shape (4, 6) has no shape (-1, -1)");
  BOOST_TEST(mistake([&] {
               reshape(x, {-1, 0});
             }).find("has no shape")
             != std::string::npos);
  BOOST_TEST(
      mistake([&] { squeeze(x, axes{0}); })
      == "squeeze: axis 0 of an array of shape (4, 6) has not 1 element");
  BOOST_TEST(mistake([&] {
               flip(x, axes{0, -2});
             })
             == "flip: axis -2 is named twice");
  BOOST_TEST(mistake([&] {
               broadcast_to(x, {6, 4});
             })
             == "broadcast_to: an array of shape (4, 6) cannot be broadcast to "
                "shape (6, 4)");
  const std::int64_t four[] = {4};
  BOOST_TEST(mistake([&] { take(x, four, 0); })
             == "take: index 4 is out of bounds for axis 0 with size 4");
  BOOST_TEST(mistake([&] {
               x.rechunk({{2, 2, 2}});
             })
             == "chunks=(2, 2, 2) does not fit an array of shape (4, 6)");
  BOOST_TEST(mistake([&] { repeat(x, -1, 0); }) == "repeat: -1 times");
}

BOOST_AUTO_TEST_SUITE_END()
