#include "dataflow/io/classic_header.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace tern;

namespace {

std::vector<std::byte> bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return {data, data + text.size()};
}

std::string data(const std::string& name) {
  return std::string(TERN_TEST_DATA) + "/" + name;
}

const char* const classic_files[] = {"packed.nc", "records.nc",
                                     "one_record_variable.nc",
                                     "empty_records.nc", "wide.nc"};

/// Numbers of a header that is written by hand, big-endian.
class header {
public:
  explicit header(char version = 1) : bytes_{'C', 'D', 'F', version} {}
  header& operator<<(std::uint32_t n) {
    for (int shift = 24; shift >= 0; shift -= 8)
      bytes_ += static_cast<char>(n >> shift & 0xff);
    return *this;
  }
  header& operator<<(const char* name) {
    const std::string text(name);
    *this << static_cast<std::uint32_t>(text.size());
    bytes_ += text + std::string((4 - text.size() % 4) % 4, '\0');
    return *this;
  }
  result<classic_layout> decode() const {
    return decode_classic_header(std::as_bytes(std::span(bytes_)));
  }

private:
  std::string bytes_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(classic_header)

BOOST_AUTO_TEST_CASE(the_promised_end_is_where_the_file_ends) {
  for (const auto* name : classic_files) {
    const auto bytes = bytes_of(data(name));
    const auto layout = decode_classic_header(bytes);
    BOOST_TEST_CONTEXT(name) {
      BOOST_REQUIRE(layout);
      // the library pads the last value to four bytes
      BOOST_TEST(layout->data_end <= bytes.size());
      BOOST_TEST(layout->data_end + 4 > bytes.size());
      BOOST_TEST(layout->header_bytes <= layout->data_end);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_header_asks_for_more) {
  for (const auto* name : classic_files) {
    const auto bytes = bytes_of(data(name));
    const auto whole = decode_classic_header(bytes);
    BOOST_REQUIRE(whole);
    for (std::size_t n = 0; n < whole->header_bytes; ++n) {
      const auto part = decode_classic_header(std::span(bytes).first(n));
      BOOST_REQUIRE(!part);
      BOOST_TEST((part.error().kind == failure_kind::not_found));
    }
    BOOST_TEST(
        decode_classic_header(std::span(bytes).first(whole->header_bytes))
            ->data_end
        == whole->data_end);
  }
}

BOOST_AUTO_TEST_CASE(a_header_by_hand_gives_the_end_of_its_data) {
  // 3 records of two variables: 2 shorts (4 bytes) and 1 short (padded to 4)
  header h;
  h << 3u << 10u << 2u << "t" << 0u << "x" << 2u << 0u << 0u << 11u << 2u;
  h << "a" << 2u << 0u << 1u << 0u << 0u << 3u << 4u << 200u;
  h << "b" << 1u << 0u << 0u << 0u << 3u << 4u << 204u;
  const auto layout = h.decode();
  BOOST_REQUIRE(layout);
  BOOST_TEST(layout->data_end == 204u + 2 * 8 + 2);
}

BOOST_AUTO_TEST_CASE(what_cannot_be_a_header_is_refused) {
  const auto refused = [](const header& h) {
    const auto layout = h.decode();
    return !layout && layout.error().kind == failure_kind::malformed;
  };
  BOOST_TEST(refused(header(3) << 0u));
  BOOST_TEST(refused(header() << 0u << 7u << 1u));
  // a variable over a dimension that is not there
  BOOST_TEST(refused(header() << 0u << 0u << 0u << 0u << 0u << 11u << 1u << "v"
                              << 1u << 5u));
  // an unknown type of an attribute
  BOOST_TEST(
      refused(header() << 0u << 0u << 0u << 12u << 1u << "a" << 99u << 1u));
  // the record dimension not in front
  BOOST_TEST(refused(header() << 1u << 10u << 2u << "x" << 2u << "t" << 0u << 0u
                              << 0u << 11u << 1u << "v" << 2u << 0u << 1u));
}

BOOST_AUTO_TEST_CASE(sizes_that_overflow_are_refused) {
  header h;
  h << 0u << 10u << 1u << "x" << 0xffffffffu << 0u << 0u << 11u << 1u << "v"
    << 4u << 0u << 0u << 0u << 0u << 0u << 0u << 6u << 0u << 100u;
  const auto layout = h.decode();
  BOOST_REQUIRE(!layout);
  BOOST_TEST((layout.error().kind == failure_kind::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
