// Elements picked by lists: which layers they become, and what cannot be.
// Values against NumPy's are in tests/apps/references.

#include "dataflow/array/array.hpp"
#include "tests/dataflow/array/computed.hpp"
#include "tests/dataflow/array/operators.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace tern;
using namespace tern::test;

namespace {

array ramp(std::int64_t n, std::int64_t cut) {
  return arange(std::int64_t{0}, n, std::int64_t{1}, {}, {{cut}});
}

std::size_t taking_layers(const array& a) {
  const auto g = lower({&a, 1});
  return static_cast<std::size_t>(
      std::count_if(g.layers.begin(), g.layers.end(), [](const layer& l) {
        return std::holds_alternative<op_take>(l.op);
      }));
}

/// Of a ramp, each element is its own index.
void check_picks(const array& a, const std::vector<std::int64_t>& indices) {
  const auto found = compute(a);
  BOOST_REQUIRE_EQUAL(found.size(), indices.size());
  for (std::size_t i = 0; i < indices.size(); ++i)
    BOOST_REQUIRE_EQUAL(found[i], static_cast<double>(indices[i]));
}

} // namespace

BOOST_AUTO_TEST_SUITE(taking)

BOOST_AUTO_TEST_CASE(picks_of_neighbouring_blocks_are_one_layer) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < 3000; i += 1 + i % 3)
    indices.push_back(i);
  const auto a = take(ramp(3000, 7), indices, 0);
  BOOST_TEST(taking_layers(a) == 1u);
  check_picks(a, indices);
}

BOOST_AUTO_TEST_CASE(a_gap_between_blocks_begins_another_layer) {
  const std::vector<std::int64_t> indices{0, 1, 1, 8, 7, 70, 71, 79, 80, 15};
  const auto a = take(ramp(100, 7), indices, 0);
  BOOST_TEST(taking_layers(a) == 3u); // blocks 0 1, 10 11, 2
  check_picks(a, indices);
}

BOOST_AUTO_TEST_CASE(a_list_that_jumps_about_reads_all_blocks_at_once) {
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < 1000; ++i)
    indices.push_back(i * 377 % 1000);
  const auto a = take(ramp(1000, 9), indices, 0);
  BOOST_TEST(taking_layers(a) == 1u);
  check_picks(a, indices);
}

BOOST_AUTO_TEST_CASE(the_other_axes_keep_their_blocks) {
  const auto x = reshape(ramp(24 * 30, 30), {24, 30}).rechunk({{5, 7}});
  const std::vector<std::int64_t> indices{-1, 2, 3, 17};
  const auto a = take(x, indices, 1);
  BOOST_TEST((a.cut()[0] == x.cut()[0]));
  const auto found = compute(a);
  for (std::int64_t row = 0; row < 24; ++row)
    for (std::size_t i = 0; i < indices.size(); ++i)
      BOOST_REQUIRE_EQUAL(
          found[static_cast<std::size_t>(row) * indices.size() + i],
          static_cast<double>(row * 30 + (indices[i] + 30) % 30));
}

BOOST_AUTO_TEST_CASE(no_picks_are_an_axis_without_elements) {
  const auto a = take(ramp(30, 4), {}, 0);
  BOOST_TEST(a.shape()[0] == 0);
  BOOST_TEST(compute(a).size() == 0u);
}

BOOST_AUTO_TEST_CASE(an_index_outside_is_named) {
  const std::int64_t outside[] = {3, -31};
  BOOST_CHECK_EXCEPTION(take(ramp(30, 4), outside, 0), expression_error,
                        [](const expression_error& e) {
                          return std::string{e.what()}
                                 == "take: index -31 is out of bounds for axis "
                                    "0 with size 30";
                        });
}

BOOST_AUTO_TEST_SUITE_END()
