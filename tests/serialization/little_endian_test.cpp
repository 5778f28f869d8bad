#include "serialization/little_endian.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <cstdint>

using namespace tern;

BOOST_AUTO_TEST_SUITE(little_endian_numbers)

BOOST_AUTO_TEST_CASE(the_lowest_byte_comes_first_at_any_alignment) {
  std::array<std::byte, 9> bytes{};
  store_little_endian(bytes.data() + 1, std::uint64_t{0x0807060504030201});
  for (std::size_t i = 0; i < 9; ++i)
    BOOST_TEST(std::to_integer<std::size_t>(bytes[i]) == i);
  BOOST_TEST(load_little_endian<std::uint32_t>(bytes.data() + 3)
             == 0x06050403u);
  BOOST_TEST(load_little_endian<std::uint16_t>(bytes.data() + 7) == 0x0807u);
}

BOOST_AUTO_TEST_SUITE_END()
