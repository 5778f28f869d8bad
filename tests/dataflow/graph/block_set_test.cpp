#include "dataflow/graph/block_set.hpp"

#include <boost/test/unit_test.hpp>

#include <random>

using namespace tern;

BOOST_AUTO_TEST_SUITE(block_sets)

BOOST_AUTO_TEST_CASE(all_blocks_of_a_grid_are_numbered_in_row_major_order) {
  auto s = block_set::all({3, 4});
  BOOST_TEST(s.size() == 12);
  for (std::int64_t r = 0; r < 12; ++r) {
    BOOST_TEST((s.at(r) == shape{r / 4, r % 4}));
    BOOST_TEST(s.rank({r / 4, r % 4}) == r);
  }
}

BOOST_AUTO_TEST_CASE(a_grid_without_axes_has_one_block) {
  auto s = block_set::all({});
  BOOST_TEST(s.size() == 1);
  BOOST_TEST(s.contains({}));
  BOOST_TEST(s.rank(shape{}) == 0);
  BOOST_TEST(s.at(0).empty());
}

BOOST_AUTO_TEST_CASE(none_is_empty_for_any_grid) {
  auto s = block_set::none();
  BOOST_TEST(s.empty());
  BOOST_TEST(!s.contains({}));
  BOOST_TEST(!s.contains({0}));
  s.merge(block_set::all({2, 2}));
  BOOST_TEST(s.size() == 4);
  s.merge(block_set::none());
  BOOST_TEST(s.size() == 4);
}

BOOST_AUTO_TEST_CASE(rank_and_at_are_inverse_on_sets_with_gaps) {
  std::mt19937_64 random{11};
  for (int round = 0; round < 100; ++round) {
    block_set s;
    for (std::size_t axes = random() % 4; axes > 0; --axes) {
      s.axes.emplace_back();
      for (std::size_t n = 1 + random() % 3; n > 0; --n) {
        auto first = static_cast<std::int64_t>(random() % 20);
        s.axes.back().push_back(
            {first, first + 1 + static_cast<std::int64_t>(random() % 5)});
      }
      normalise(s.axes.back());
    }
    for (std::int64_t r = 0; r < s.size(); ++r) {
      BOOST_TEST(s.contains(s.at(r)));
      BOOST_TEST(s.rank(s.at(r)) == r);
      if (r > 0)
        BOOST_TEST((s.at(r - 1) < s.at(r)));
    }
  }
}

BOOST_AUTO_TEST_CASE(merging_gives_the_product_that_holds_both) {
  block_set a, b;
  a.axes = {{{0, 2}}, {{5, 6}}};
  b.axes = {{{4, 5}}, {{6, 8}}};
  a.merge(b);
  BOOST_TEST(a.size() == 9);
  for (auto i : {0, 1, 4})
    for (auto j : {5, 6, 7})
      BOOST_TEST(a.contains({i, j}));
  BOOST_TEST(!a.contains({2, 5}));
  BOOST_TEST(a.axes[1].size() == 1); // touching intervals are one
}

BOOST_AUTO_TEST_SUITE_END()
