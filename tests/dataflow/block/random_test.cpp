// Philox against the known answers of its authors (Random123's kat_vectors,
// philox4x32 10) and against their own implementation, word by word.

#include "dataflow/block/instruction_set.hpp"
#include "dataflow/block/random.hpp"
#include "tests/dataflow/block/reference_data.hpp"

#include <Random123/philox.h>
#include <boost/test/unit_test.hpp>

#include <array>

using namespace tern;
using namespace tern::test;

namespace {

std::array<std::uint32_t, 4> words(std::uint64_t seed, std::uint64_t counter,
                                   std::uint64_t stream = 0) {
  r123::Philox4x32 philox;
  const r123::Philox4x32::ctr_type c = {
      {static_cast<std::uint32_t>(counter),
       static_cast<std::uint32_t>(counter >> 32),
       static_cast<std::uint32_t>(stream),
       static_cast<std::uint32_t>(stream >> 32)}};
  const r123::Philox4x32::key_type k = {
      {static_cast<std::uint32_t>(seed),
       static_cast<std::uint32_t>(seed >> 32)}};
  const auto r = philox(c, k);
  return {r[0], r[1], r[2], r[3]};
}

double double_of(std::uint32_t high, std::uint32_t low) {
  const auto bits = (static_cast<std::uint64_t>(high) << 32 | low) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

double random_double(std::uint64_t seed, std::uint64_t index) {
  const auto w = words(seed, index / 2);
  return index % 2 ? double_of(w[3], w[2]) : double_of(w[1], w[0]);
}

float random_float(std::uint64_t seed, std::uint64_t index) {
  return static_cast<float>(words(seed, index / 4)[index % 4] >> 8) * 0x1p-24f;
}

} // namespace

BOOST_AUTO_TEST_SUITE(random_numbers)

BOOST_AUTO_TEST_CASE(counter_and_key_zero_give_the_known_answer) {
  // philox4x32 10: 00000000... -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8
  double d[2 + philox_slack];
  philox_doubles(0, 0, 1, d);
  BOOST_TEST(d[0] == double_of(0xe169c58d, 0x6627e8d5));
  BOOST_TEST(d[1] == double_of(0x9b00dbd8, 0xbc57ac4c));
  float f[4 + philox_slack];
  philox_floats(0, 0, 1, f);
  BOOST_TEST(f[0] == static_cast<float>(0x6627e8) * 0x1p-24f);
  BOOST_TEST(f[3] == static_cast<float>(0x9b00db) * 0x1p-24f);
}

BOOST_AUTO_TEST_CASE(all_instruction_sets_give_the_words_of_the_authors) {
  for (auto set : {instruction_set::baseline, instruction_set::avx2,
                   instruction_set::avx512}) {
    choose_instruction_set(set);
    for (std::uint64_t seed : {0ull, 42ull, 0xfedcba9876543210ull})
      for (std::uint64_t counter : {0ull, 1ull, 0xfffffffdull, 1ull << 40}) {
        double d[2 * 37 + philox_slack];
        float f[4 * 37 + philox_slack];
        philox_doubles(seed, counter, 37, d);
        philox_floats(seed, counter, 37, f);
        for (std::uint64_t i = 0; i < 2 * 37; ++i)
          BOOST_REQUIRE_EQUAL(d[i], random_double(seed, 2 * counter + i));
        for (std::uint64_t i = 0; i < 4 * 37; ++i)
          BOOST_REQUIRE_EQUAL(f[i], random_float(seed, 4 * counter + i));
      }
  }
  choose_instruction_set(best_instruction_set());
}

BOOST_AUTO_TEST_CASE(a_stream_is_the_upper_half_of_the_counter) {
  for (std::uint64_t stream : {1ull, 2ull, 0xfedcba9876543210ull}) {
    const auto w = words(7, 3, stream);
    double d[2 + philox_slack];
    philox_doubles(7, 3, 1, d, stream);
    BOOST_TEST(d[0] == double_of(w[1], w[0]));
    BOOST_TEST(d[1] == double_of(w[3], w[2]));
    float f[4 + philox_slack];
    philox_floats(7, 3, 1, f, stream);
    BOOST_TEST(f[2] == static_cast<float>(w[2] >> 8) * 0x1p-24f);
    const source made{
        source_kind::random_uniform, dtype::float64, stream, 0, 7, {20}};
    BOOST_TEST(make_source(made, {6}, {2}).values<double>()[1] == d[1]);
  }
}

BOOST_AUTO_TEST_CASE(a_block_is_the_same_wherever_it_begins) {
  const shape all{37, 53};
  for (auto type : {dtype::float64, dtype::float32}) {
    const source made{source_kind::random_uniform, type, 0, 0, 99, all};
    for (const shape& start : {shape{0, 0}, {1, 1}, {5, 50}, {36, 52}}) {
      const shape s{37 - start[0], 53 - start[1]};
      const auto b = make_source(made, start, s);
      for (std::int64_t i = 0; i < s[0]; ++i)
        for (std::int64_t j = 0; j < s[1]; ++j) {
          const auto g =
              static_cast<std::uint64_t>((start[0] + i) * 53 + start[1] + j);
          const auto at = i * s[1] + j;
          if (type == dtype::float64)
            BOOST_REQUIRE_EQUAL(b.values<double>()[at], random_double(99, g));
          else
            BOOST_REQUIRE_EQUAL(b.values<float>()[at], random_float(99, g));
        }
    }
  }
}

BOOST_AUTO_TEST_CASE(numbers_are_spread_evenly_over_the_unit_interval) {
  const std::int64_t n = 1 << 20;
  const auto b = noise({n}, 12345);
  std::array<std::int64_t, 16> bins{};
  for (double x : b.values<double>()) {
    BOOST_REQUIRE(x >= 0);
    BOOST_REQUIRE(x < 1);
    ++bins[static_cast<std::size_t>(x * 16)];
  }
  // 65,536 a bin, standard deviation 248: six of them
  for (auto count : bins)
    BOOST_TEST(std::abs(count - n / 16) < 1500);
}

BOOST_AUTO_TEST_CASE(integers_and_booleans_have_no_random_source) {
  const source made{source_kind::random_uniform, dtype::int64, 0, 0, 1, {4}};
  BOOST_CHECK_THROW(make_source(made, {0}, {4}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_full_source_repeats_its_value) {
  for (auto type : {dtype::float64, dtype::float32}) {
    const source made{source_kind::full, type, bits_of(2.5), 0, 0, {9, 9}};
    const auto b = make_source(made, {2, 2}, {7, 3});
    BOOST_TEST(b.size() == 21);
    for (std::int64_t i = 0; i < 21; ++i)
      BOOST_TEST((type == dtype::float64 ? b.values<double>()[i]
                                         : b.values<float>()[i])
                 == 2.5);
  }
  const source yes{source_kind::full, dtype::boolean, 1, 0, 0, {5}};
  const auto all = make_source(yes, {0}, {5});
  for (bool b : all.values<bool>())
    BOOST_TEST(b);
  const source none{source_kind::full, dtype::float64, 0, 0, 0, {0, 3}};
  BOOST_TEST(make_source(none, {0, 0}, {0, 3}).size() == 0);
}

BOOST_AUTO_TEST_CASE(a_range_counts_from_its_origin) {
  const source whole_numbers{source_kind::arange,
                             dtype::int64,
                             static_cast<std::uint64_t>(-5),
                             3,
                             0,
                             {2000}};
  const auto a = make_source(whole_numbers, {700}, {1300});
  for (std::int64_t i = 0; i < 1300; ++i)
    BOOST_REQUIRE_EQUAL(a.values<std::int64_t>()[i], -5 + 3 * (700 + i));
  const source real{source_kind::arange,
                    dtype::float64,
                    bits_of(0.5),
                    bits_of(0.1),
                    0,
                    {2000}};
  const auto b = make_source(real, {10}, {1990});
  for (std::int64_t i = 0; i < 1990; ++i)
    BOOST_REQUIRE_EQUAL(b.values<double>()[i],
                        0.5 + static_cast<double>(10 + i) * 0.1);
}

BOOST_AUTO_TEST_SUITE_END()
