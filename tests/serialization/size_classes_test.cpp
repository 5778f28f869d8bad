#include "serialization/size_classes.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;

BOOST_AUTO_TEST_SUITE(size_classes)

BOOST_AUTO_TEST_CASE(a_class_holds_its_sizes_and_no_smaller_class_does) {
  for (std::size_t size = 1; size <= small_ladder::last; ++size) {
    const auto c = small_ladder::class_of(size);
    BOOST_REQUIRE(c < small_ladder::count);
    BOOST_REQUIRE(small_ladder::size_of(c) >= size);
    BOOST_REQUIRE((c == 0 || small_ladder::size_of(c - 1) < size));
  }
  for (std::size_t size = 1; size <= large_ladder::last;
       size += 1 + size / 300) {
    const auto c = large_ladder::class_of(size);
    BOOST_REQUIRE(c < large_ladder::count);
    BOOST_REQUIRE(large_ladder::size_of(c) >= size);
    BOOST_REQUIRE((c == 0 || large_ladder::size_of(c - 1) < size));
  }
}

BOOST_AUTO_TEST_CASE(the_size_of_a_class_is_of_that_class) {
  for (std::uint32_t c = 0; c < small_ladder::count; ++c)
    BOOST_TEST(small_ladder::class_of(small_ladder::size_of(c)) == c);
  for (std::uint32_t c = 0; c < large_ladder::count; ++c)
    BOOST_TEST(large_ladder::class_of(large_ladder::size_of(c)) == c);
  BOOST_TEST(small_ladder::size_of(small_ladder::count - 1)
             == small_ladder::last);
  BOOST_TEST(large_ladder::size_of(large_ladder::count - 1)
             == large_ladder::last);
}

BOOST_AUTO_TEST_CASE(rounding_costs_an_eighth_of_a_large_piece_at_most) {
  for (std::uint32_t c = 1; c < large_ladder::count; ++c) {
    const auto worst = large_ladder::size_of(c - 1) + 1;
    BOOST_TEST((large_ladder::size_of(c) - worst) * 8 <= worst);
  }
}

BOOST_AUTO_TEST_CASE(multiples_of_64_get_classes_that_are_multiples_of_64) {
  for (std::size_t size = 64; size <= small_ladder::last; size += 64)
    BOOST_TEST(small_ladder::size_of(small_ladder::class_of(size)) % 64 == 0u);
  for (std::uint32_t c = 0; c < large_ladder::count; ++c)
    BOOST_TEST(large_ladder::size_of(c) % 64 == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
