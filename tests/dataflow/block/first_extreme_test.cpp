// Positions of extremes against NumPy, from pieces that are combined in any
// order: the first of equal elements wins.

#include "tests/dataflow/block/reference_data.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>

using namespace tern;
using namespace tern::test;

namespace {

constexpr reduction all_of_them[] = {reduction::argmin, reduction::argmax,
                                     reduction::nanargmin,
                                     reduction::nanargmax};

program plain(dtype type) {
  return {{{.op = opcode::load, .type = type}}};
}

block chunk(reduction r, const block& x, const std::vector<bool>& axes,
            const shape& origin, const shape& whole_shape) {
  const auto from = whole(x);
  return first_extreme_chunk(r, plain(x.type()), {&from, 1}, x.shape(), axes,
                             origin, whole_shape);
}

/// Of pieces along `cut` of 1, 3 and the rest.
std::vector<block> parts_of(reduction r, const block& x,
                            const std::vector<bool>& axes, std::size_t cut) {
  std::vector<block> parts;
  const auto extent = x.shape()[cut];
  for (std::int64_t start = 0; start < extent;) {
    auto piece = x.shape();
    piece[cut] = start == 0 ? 1 : std::min<std::int64_t>(3, extent - start);
    shape origin(piece.size(), 0);
    origin[cut] = start;
    parts.push_back(
        chunk(r, slice(x, origin, shape(piece.size(), 1), piece, piece), axes,
              origin, x.shape()));
    start += piece[cut];
  }
  return parts;
}

void check(reduction r, const block& x, const std::vector<bool>& axes,
           std::size_t cut, std::span<const std::int64_t> want) {
  auto parts = parts_of(r, x, axes, cut);
  const shape flat{static_cast<std::int64_t>(want.size())};
  for (int order = 0; order < 2; ++order) {
    const auto got =
        reduce_finish(r, reduce_combine(r, parts), flat, dtype::int64, 0);
    const auto found = got.values<std::int64_t>();
    BOOST_TEST(std::equal(found.begin(), found.end(), want.begin()),
               "reduction " << static_cast<int>(r) << ", cut along " << cut);
    std::reverse(parts.begin(), parts.end());
  }
}

void check_against_numpy(const std::string& name) {
  const auto x = load("extremes_" + name);
  const auto results = load("extremes_" + name + "_results");
  const std::size_t sizes[] = {35, 30, 42, 1};
  for (std::int64_t k = 0; k < 4; ++k) {
    const auto want = row(results, k);
    auto rest = want.values<std::int64_t>();
    for (std::size_t axis = 0; axis < 4; ++axis) {
      std::vector<bool> axes(3, axis == 3);
      if (axis < 3)
        axes[axis] = true;
      for (std::size_t cut = 0; cut < 3; ++cut)
        if (axes[cut])
          check(all_of_them[k], x, axes, cut, rest.first(sizes[axis]));
      rest = rest.subspan(sizes[axis]);
    }
  }
}

template <class T>
std::int64_t found(reduction r, const std::vector<T>& values) {
  const auto n = static_cast<std::int64_t>(values.size());
  const auto part = chunk(r, make<T>({n}, values), {true}, {0}, {n});
  return reduce_finish(r, part, {}, dtype::int64, 0)
      .template values<std::int64_t>()[0];
}

} // namespace

BOOST_AUTO_TEST_SUITE(first_extremes)

BOOST_AUTO_TEST_CASE(positions_are_those_of_numpy_however_it_is_cut) {
  check_against_numpy("int64");
  check_against_numpy("float64");
}

BOOST_AUTO_TEST_CASE(integers_of_64_bits_are_compared_exactly) {
  const auto big = std::numeric_limits<std::uint64_t>::max();
  BOOST_TEST(found<std::uint64_t>(reduction::argmax, {1, big - 1, big, 0})
             == 2);
  BOOST_TEST(found<std::uint64_t>(reduction::argmin, {big, big - 1, 7, 7})
             == 2);
  const std::int64_t near = (std::int64_t{1} << 53) + 1;
  BOOST_TEST(found<std::int64_t>(reduction::argmax, {near - 1, near}) == 1);
}

BOOST_AUTO_TEST_CASE(a_slice_of_nothing_but_nan_is_an_error) {
  const double nan = std::nan("");
  BOOST_TEST(found<double>(reduction::argmin, {nan, nan}) == 0);
  BOOST_TEST(found<double>(reduction::nanargmin, {nan, 3}) == 1);
  BOOST_CHECK_EXCEPTION(found<double>(reduction::nanargmax, {nan, nan}),
                        std::invalid_argument, [](const auto& e) {
                          return std::string(e.what()).find("NaN")
                                 != std::string::npos;
                        });
}

BOOST_AUTO_TEST_CASE(axes_that_are_not_neighbours_are_refused) {
  const auto x = noise({2, 3, 4}, 1);
  BOOST_CHECK_THROW(
      chunk(reduction::argmin, x, {true, false, true}, {0, 0, 0}, x.shape()),
      std::invalid_argument);
  BOOST_CHECK_THROW(
      chunk(reduction::sum, x, {true, false, false}, {0, 0, 0}, x.shape()),
      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()
