#include "dataflow/io/storage_cut.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

BOOST_AUTO_TEST_SUITE(cutting_by_storage)

BOOST_AUTO_TEST_CASE(blocks_lie_together_in_the_file) {
  // etopo5: 37 MB of float32, a 32nd of which are 67 rows
  BOOST_TEST(to_string(storage_cut({2161, 4320}, 4, {}))
             == to_string({67, 4320}));
  BOOST_TEST(to_string(storage_cut({12, 90, 180}, 4, {}))
             == to_string({1, 90, 180}));
}

BOOST_AUTO_TEST_CASE(blocks_have_at_most_8_mib) {
  const auto cut = storage_cut({100000, 100000}, 8, {});
  BOOST_TEST(element_count(cut) * 8 <= 8 << 20);
  BOOST_TEST(element_count(cut) * 8 > 4 << 20);
  const auto of_large_chunks = storage_cut({100000, 100000}, 8, {5000, 5000});
  BOOST_TEST(element_count(of_large_chunks) * 8 <= 8 << 20);
}

BOOST_AUTO_TEST_CASE(blocks_are_made_of_whole_storage_chunks) {
  const auto cut = storage_cut({1000, 5000}, 8, {100, 128});
  BOOST_TEST(cut[0] == 100);
  BOOST_TEST(cut[1] % 128 == 0);
  BOOST_TEST(cut[1] > 128);
}

BOOST_AUTO_TEST_CASE(small_and_empty_variables_are_one_block) {
  BOOST_TEST(to_string(storage_cut({7, 11}, 8, {})) == to_string({7, 11}));
  BOOST_TEST(storage_cut({}, 8, {}).empty());
  BOOST_TEST(to_string(storage_cut({0, 3}, 4, {})) == to_string({1, 3}));
}

BOOST_AUTO_TEST_SUITE_END()
