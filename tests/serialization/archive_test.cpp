#include "serialization/archive.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace tern;

namespace {

enum class colour : std::uint8_t { red, green };

struct point {
  std::int32_t x = 0;
  double y = 0;
  friend bool operator==(const point&, const point&) = default;
  template <class Archive>
  void fields(Archive& a) {
    a(x, y);
  }
};

struct everything {
  bool flag = false;
  colour shade = colour::red;
  std::uint64_t large = 0;
  std::string text;
  std::vector<point> points;
  std::map<std::string, std::int8_t> marks;
  std::unordered_map<int, std::string> names;
  std::set<std::uint16_t> numbers;
  std::optional<point> perhaps;
  std::pair<int, std::string> pair;
  std::tuple<char, float> tuple;
  std::array<int, 3> three{};
  std::chrono::milliseconds time{};
  std::vector<std::byte> bytes;
  friend bool operator==(const everything&, const everything&) = default;
  template <class Archive>
  void fields(Archive& a) {
    a(flag, shade, large, text, points, marks, names, numbers, perhaps, pair,
      tuple, three, time, bytes);
  }
};

everything sample() {
  everything e;
  e.flag = true;
  e.shade = colour::green;
  e.large = std::numeric_limits<std::uint64_t>::max() - 1;
  e.text = std::string{"zero \0 in it", 12};
  e.points = {{1, 0.5}, {-7, -0.0}};
  e.marks = {{"a", 1}, {"b", -2}};
  e.names = {{4, "four"}, {5, ""}};
  e.numbers = {1, 65535};
  e.perhaps = point{3, 4};
  e.pair = {9, "nine"};
  e.tuple = {'c', 2.5f};
  e.three = {1, 2, 3};
  e.time = std::chrono::milliseconds(1500);
  e.bytes = {std::byte{1}, std::byte{255}};
  return e;
}

/// The second version has one field more.
struct account_1 {
  static constexpr std::string_view name = "account";
  static constexpr std::uint32_t version = 1;
  std::int64_t balance = 0;
  template <class Archive>
  void fields(Archive& a) {
    a(balance);
  }
};
struct account_2 {
  static constexpr std::uint32_t version = 2;
  std::int64_t balance = 0;
  std::string owner = "nobody";
  template <class Archive>
  void fields(Archive& a) {
    a(balance);
    if (a.version() >= 2)
      a(owner);
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(archives)

BOOST_AUTO_TEST_CASE(values_come_back_as_they_were) {
  const auto back = from_bytes<everything>(to_bytes(sample()));
  BOOST_REQUIRE_MESSAGE(back, back.error().what);
  BOOST_TEST((*back == sample()));
}

BOOST_AUTO_TEST_CASE(bytes_are_little_endian_without_gaps) {
  const auto bytes = to_bytes(std::pair<std::uint8_t, std::uint32_t>{1, 2});
  const std::vector<std::byte> expected{std::byte{1}, std::byte{2}, {}, {}, {}};
  BOOST_TEST((bytes == expected));
}

BOOST_AUTO_TEST_CASE(an_older_version_is_read_and_a_later_one_refused) {
  const auto older = from_bytes<account_2>(to_bytes(account_1{7}));
  BOOST_REQUIRE(older.has_value());
  BOOST_TEST(older->balance == 7);
  BOOST_TEST(older->owner == "nobody");
  const auto later = from_bytes<account_1>(to_bytes(account_2{7, "ann"}));
  BOOST_REQUIRE(!later.has_value());
  BOOST_TEST(later.error().what
             == "version 2 of account is later than version 1, the one known "
                "here");
}

BOOST_AUTO_TEST_CASE(a_later_version_is_named_wherever_it_is_inside) {
  const std::map<int, std::vector<account_2>> later{{1, {{7, "ann"}}}};
  const auto read =
      from_bytes<std::map<int, std::vector<account_1>>>(to_bytes(later));
  BOOST_REQUIRE(!read.has_value());
  BOOST_TEST(read.error().what.starts_with("version 2 of account is later"));
}

BOOST_AUTO_TEST_CASE(fields_that_an_older_version_lacks_keep_their_defaults) {
  const std::map<int, std::vector<account_1>> older{{1, {{7}, {8}}}};
  const auto read =
      from_bytes<std::map<int, std::vector<account_2>>>(to_bytes(older));
  BOOST_REQUIRE_MESSAGE(read, read.error().what);
  BOOST_REQUIRE(read->at(1).size() == 2u);
  BOOST_TEST(read->at(1)[1].balance == 8);
  BOOST_TEST(read->at(1)[1].owner == "nobody");
}

// Each prefix, and each byte changed: a value or an error, and no more memory
// than the bytes can justify.
BOOST_AUTO_TEST_CASE(any_bytes_give_a_value_or_an_error) {
  const auto whole = to_bytes(sample());
  for (std::size_t n = 0; n < whole.size(); ++n)
    BOOST_TEST(!from_bytes<everything>(std::span{whole}.first(n)).has_value());
  for (std::size_t at = 0; at < whole.size(); ++at)
    for (const auto value : {std::byte{0}, std::byte{0x7f}, std::byte{0xff}}) {
      auto damaged = whole;
      damaged[at] = value;
      static_cast<void>(from_bytes<everything>(damaged));
    }
  auto longer = whole;
  longer.push_back({});
  BOOST_TEST(!from_bytes<everything>(longer).has_value());
  // a length that no memory could hold
  const auto huge = to_bytes(std::numeric_limits<std::uint64_t>::max());
  BOOST_TEST(!from_bytes<std::string>(huge).has_value());
  BOOST_TEST(!from_bytes<std::vector<point>>(huge).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
