#include "serialization/compression.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

using namespace tern;

namespace {

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937_64 random(5);
  std::vector<std::byte> bytes(size);
  for (auto& b : bytes)
    b = static_cast<std::byte>(random() >> 56);
  return bytes;
}

template <class T, class F>
std::vector<std::byte> numbers(std::size_t count, F&& value) {
  std::vector<std::byte> bytes(count * sizeof(T));
  for (std::size_t i = 0; i < count; ++i) {
    const T v = value(i);
    std::memcpy(bytes.data() + i * sizeof(T), &v, sizeof(T));
  }
  return bytes;
}

std::vector<std::byte> smooth_field() {
  return numbers<double>(100'000, [](std::size_t i) {
    return 15 + 10 * std::sin(static_cast<double>(i) / 5000);
  });
}

std::vector<std::byte> repeats() {
  return numbers<std::int64_t>(10'000,
                               [](std::size_t i) { return i / 100 % 7; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(compression)

BOOST_AUTO_TEST_CASE(what_was_compressed_comes_back) {
  for (auto how : {encoding::lz4, encoding::shuffle_lz4}) {
    for (const auto& bytes : {smooth_field(), repeats()}) {
      const auto stored = compress(bytes, how, 8);
      if (!stored) // plain LZ4 finds nothing in the field
        continue;
      BOOST_TEST(stored.size() < bytes.size());
      std::vector<std::byte> raw(bytes.size());
      BOOST_TEST(decompress(stored.bytes(), how, 8, raw).has_value());
      BOOST_TEST((raw == bytes));
    }
  }
  BOOST_TEST(static_cast<bool>(compress(repeats(), encoding::lz4, 8)));
  BOOST_TEST(
      static_cast<bool>(compress(smooth_field(), encoding::shuffle_lz4, 8)));
}

BOOST_AUTO_TEST_CASE(what_does_not_shrink_is_not_compressed) {
  BOOST_TEST(!compress(noise(10'000), encoding::lz4, 1));
  BOOST_TEST(!compress(noise(10'000), encoding::shuffle_lz4, 8));
  BOOST_TEST(!compress({}, encoding::lz4, 1));
  BOOST_TEST(!compress(noise(1), encoding::lz4, 1));
}

BOOST_AUTO_TEST_CASE(only_items_of_4_and_8_bytes_are_shuffled) {
  BOOST_TEST(!compress(repeats(), encoding::shuffle_lz4, 1));
  BOOST_TEST(!compress(repeats(), encoding::shuffle_lz4, 16));
  std::vector<std::byte> raw(10);
  BOOST_TEST(!decompress(noise(5), encoding::shuffle_lz4, 3, raw).has_value());
}

BOOST_AUTO_TEST_CASE(a_sample_decides) {
  BOOST_TEST((worth_compressing(noise(1'000'000), 8) == encoding::raw));
  BOOST_TEST((worth_compressing(repeats(), 8) != encoding::raw));
  BOOST_TEST((worth_compressing(smooth_field(), 8) == encoding::shuffle_lz4));
  BOOST_TEST((worth_compressing(smooth_field(), 1) == encoding::raw));
  const std::vector<std::byte> zeros(100'000);
  BOOST_TEST((worth_compressing(zeros, 8) == encoding::lz4));
}

BOOST_AUTO_TEST_CASE(zeros_at_the_beginning_do_not_fool_the_sample) {
  auto bytes = noise(4'000'000);
  std::fill_n(bytes.begin(), 100'000, std::byte{});
  BOOST_TEST((worth_compressing(bytes, 8) == encoding::raw));
}

BOOST_AUTO_TEST_CASE(a_few_bytes_are_not_worth_it) {
  const std::vector<std::byte> zeros(1000);
  BOOST_TEST((worth_compressing(zeros, 8) == encoding::raw));
  BOOST_TEST((worth_compressing({}, 8) == encoding::raw));
}

BOOST_AUTO_TEST_CASE(another_size_than_the_true_one_is_refused) {
  const auto bytes = repeats();
  const auto stored = compress(bytes, encoding::lz4, 8);
  for (auto size :
       {std::size_t{0}, bytes.size() - 1, bytes.size() + 1, 2 * bytes.size()}) {
    std::vector<std::byte> raw(size);
    const auto done = decompress(stored.bytes(), encoding::lz4, 8, raw);
    BOOST_TEST(!done.has_value());
    BOOST_TEST((done.error().kind == failure_kind::malformed));
  }
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_compressed_block_is_refused) {
  const std::vector<std::byte> bytes(2000, std::byte{1});
  const auto stored = compress(bytes, encoding::lz4, 1);
  std::vector<std::byte> raw(bytes.size());
  for (std::size_t n = 0; n < stored.size(); ++n)
    BOOST_TEST(!decompress(stored.bytes().first(n), encoding::lz4, 1, raw)
                    .has_value());
}

BOOST_AUTO_TEST_CASE(the_bound_on_what_few_bytes_stand_for_is_nearly_met) {
  const std::vector<std::byte> zeros(10'000'000);
  const auto stored = compress(zeros, encoding::lz4, 1);
  const auto most = most_decompressed(stored.size(), encoding::lz4);
  BOOST_TEST(most >= zeros.size());
  BOOST_TEST(most <= zeros.size() + zeros.size() / 50);
}

BOOST_AUTO_TEST_SUITE_END()
