#include "serialization/checksum.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace tern;

namespace {

/// The input of xxHash's own sanity check (cli/xsum_sanity_check.c).
std::vector<std::byte> sanity_buffer(std::size_t size) {
  std::uint64_t state = 2654435761u;
  std::vector<std::byte> bytes(size);
  for (auto& b : bytes) {
    b = static_cast<std::byte>(state >> 56);
    state *= 11400714785074694797u;
  }
  return bytes;
}

constexpr std::uint64_t prime64 = 11400714785074694797u;

} // namespace

BOOST_AUTO_TEST_SUITE(checksums)

BOOST_AUTO_TEST_CASE(they_are_the_published_values_of_xxh3) {
  struct published {
    std::size_t size;
    std::uint64_t seed;
    std::uint64_t value;
  };
  // One of each way that XXH3 takes by size, and of the vectorised one.
  for (const auto& p : {published{0, 0, 0x2D06800538D394C2},
                        {0, prime64, 0xA8A6B918B2F0364A},
                        {1, 0, 0xC44BDFF4074EECDB},
                        {6, 0, 0x27B56A84CD2D7325},
                        {12, 0, 0xA713DAF0DFBB77E7},
                        {24, 0, 0xA3FE70BF9D3510EB},
                        {195, 0, 0xCD94217EE362EC3A},
                        {403, 0, 0xCDEB804D65C6DEA4},
                        {403, prime64, 0x6259F6ECFD6443FD},
                        {2048, 0, 0xDD59E2C3A5F038E0},
                        {2048, prime64, 0x66F81670669ABABC}}) {
    BOOST_TEST_CONTEXT(p.size << " bytes, seed " << p.seed)
    BOOST_TEST(checksum(sanity_buffer(p.size), p.seed) == p.value);
  }
}

BOOST_AUTO_TEST_CASE(every_single_bit_matters) {
  auto bytes = sanity_buffer(300);
  const auto whole = checksum(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    const auto flip = static_cast<std::byte>(1u << bit % 8);
    bytes[bit / 8] ^= flip;
    BOOST_REQUIRE(checksum(bytes) != whole);
    bytes[bit / 8] ^= flip;
  }
}

BOOST_AUTO_TEST_SUITE_END()
