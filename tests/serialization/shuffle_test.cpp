#include "serialization/shuffle.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <vector>

using namespace tern;

namespace {

std::vector<std::byte> random_bytes(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::vector<std::byte> bytes(size);
  for (auto& b : bytes)
    b = static_cast<std::byte>(random());
  return bytes;
}

/// What the word means, a byte at a time.
std::vector<std::byte> by_definition(const std::vector<std::byte>& from,
                                     std::size_t item) {
  auto to = from;
  const auto count = from.size() / item;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t b = 0; b < item; ++b)
      to[b * count + i] = from[i * item + b];
  return to;
}

} // namespace

BOOST_AUTO_TEST_SUITE(shuffles)

BOOST_AUTO_TEST_CASE(planes_of_bytes_for_any_number_of_items_and_back) {
  for (std::size_t item : {4, 8}) {
    for (std::size_t size = 0; size < 400; ++size) {
      const auto from = random_bytes(size);
      std::vector<std::byte> to(size);
      std::vector<std::byte> back(size);
      shuffle_bytes(from, to, item);
      BOOST_REQUIRE((to == by_definition(from, item)));
      unshuffle_bytes(to, back, item);
      BOOST_REQUIRE((back == from));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
