// Running results against NumPy, of whole blocks and from a carry on.

#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr reduction all_of_them[] = {reduction::sum, reduction::prod,
                                     reduction::nansum, reduction::nanprod};

block part(const block& x, std::size_t axis, std::int64_t start,
           std::int64_t extent) {
  shape first(x.shape().size(), 0);
  first[axis] = start;
  auto s = x.shape();
  s[axis] = extent;
  return slice(x, first, shape(s.size(), 1), s, s);
}

/// In two pieces, the second from the last results of the first on.
block in_pieces(reduction r, const block& x, std::size_t axis) {
  const auto extent = x.shape()[axis];
  const auto head = scan(r, part(x, axis, 0, 3), {}, axis);
  const auto tail =
      scan(r, part(x, axis, 3, extent - 3), part(head, axis, 2, 1), axis);
  auto to = shape(x.shape().size(), 0);
  const auto start = to;
  to[axis] = 3;
  const block_part both[] = {{head, start, head.shape(), start},
                             {tail, start, tail.shape(), to}};
  return assemble(x.type(), x.shape(), both);
}

} // namespace

BOOST_AUTO_TEST_SUITE(running_results)

/// The same additions in the same order as NumPy's: equal to the bit.
BOOST_AUTO_TEST_CASE(running_results_are_those_of_numpy) {
  for (const std::string name : {"float64", "float32", "int64"}) {
    const auto x = load("running_" + name);
    const auto results = load("running_" + name + "_results");
    for (std::int64_t k = 0; k < 4; ++k)
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const auto n = x.size();
        const auto want =
            slice(row(results, k), {static_cast<std::int64_t>(axis) * n}, {1},
                  {n}, x.shape());
        const auto r = all_of_them[k];
        BOOST_TEST(identical(scan(r, x, {}, axis), want),
                   name << ", " << k << ", axis " << axis);
        BOOST_TEST(identical(in_pieces(r, x, axis), want),
                   name << ", " << k << ", axis " << axis << ", in pieces");
      }
  }
}

BOOST_AUTO_TEST_CASE(running_sums_of_integers_wrap) {
  using limits = std::numeric_limits<std::int64_t>;
  const auto x = make<std::int64_t>({2}, {limits::max(), 1});
  BOOST_TEST(scan(reduction::sum, x, {}, 0).values<std::int64_t>()[1]
             == limits::min());
}

BOOST_AUTO_TEST_CASE(what_has_no_running_result_is_refused) {
  const auto x = noise({3, 4}, 1);
  BOOST_CHECK_THROW(scan(reduction::mean, x, {}, 0), std::invalid_argument);
  BOOST_CHECK_THROW(scan(reduction::sum, x, {}, 2), std::invalid_argument);
  BOOST_CHECK_THROW(scan(reduction::sum, x, x, 0), std::invalid_argument);
  BOOST_CHECK_THROW(scan(reduction::sum, make<bool>({1}, {true}), {}, 0),
                    std::invalid_argument);
  BOOST_TEST(scan(reduction::sum, make<double>({0, 3}, {}), {}, 0).size() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
