#include "serialization/frame.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <string>

using namespace tern;

namespace {

using bytes = std::vector<std::byte>;

bytes ramp(std::size_t size) {
  bytes made(size);
  for (std::size_t i = 0; i < size; ++i)
    made[i] = static_cast<std::byte>(i * 7);
  return made;
}

void append(bytes& stream, std::uint16_t type, const bytes& payload,
            std::uint8_t flags = 0) {
  const auto header = encode_frame_header(type, payload, flags);
  stream.insert(stream.end(), header.begin(), header.end());
  stream.insert(stream.end(), payload.begin(), payload.end());
}

bytes three_frames() {
  bytes stream;
  append(stream, 1, ramp(100));
  append(stream, 65535, {}, frame_checked);
  append(stream, 3, ramp(3000), frame_checked | 0x40);
  return stream;
}

void check_three(frame_reader& reader, const bytes& stream, std::size_t piece) {
  std::vector<std::uint16_t> types;
  std::vector<bytes> payloads;
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(
        std::span(stream).subspan(at, std::min(piece, stream.size() - at)));
    for (;;) {
      auto next = reader.next();
      BOOST_REQUIRE(next.has_value());
      if (!*next)
        break;
      types.push_back((*next)->type);
      payloads.emplace_back((*next)->payload.begin(), (*next)->payload.end());
    }
  }
  BOOST_REQUIRE(types.size() == 3u);
  BOOST_TEST((types == std::vector<std::uint16_t>{1, 65535, 3}));
  BOOST_TEST((payloads == std::vector<bytes>{ramp(100), {}, ramp(3000)}));
  BOOST_TEST(reader.at_boundary());
}

std::string failure_of(const bytes& stream,
                       std::size_t limit = max_frame_payload) {
  frame_reader reader(limit);
  reader.feed(stream);
  for (;;) {
    auto next = reader.next();
    if (!next)
      return next.error().what;
    if (!*next)
      return "";
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(frames)

BOOST_AUTO_TEST_CASE(frames_are_found_however_the_stream_is_cut) {
  const auto stream = three_frames();
  for (std::size_t piece = 1; piece < 200; ++piece) {
    frame_reader reader;
    check_three(reader, stream, piece);
  }
  frame_reader reader;
  check_three(reader, stream, stream.size());
  check_three(reader, stream, 1000);
}

BOOST_AUTO_TEST_CASE(the_layout_is_the_documented_one) {
  const auto header = encode_frame_header(0x0201, ramp(0x0304), frame_checked);
  const auto text =
      std::string(reinterpret_cast<const char*>(header.data()), 12);
  BOOST_TEST(text == std::string("tern\x01\x01\x01\x02\x04\x03\0\0", 12));
}

BOOST_AUTO_TEST_CASE(a_frame_within_a_piece_is_not_copied) {
  bytes stream;
  append(stream, 1, ramp(100));
  frame_reader reader;
  reader.feed(stream);
  const auto next = reader.next();
  BOOST_REQUIRE((next.has_value() && next->has_value()));
  BOOST_TEST((*next)->payload.data() == stream.data() + frame_header_size);
}

BOOST_AUTO_TEST_CASE(every_bit_of_a_checked_frame_is_guarded) {
  bytes stream;
  append(stream, 2, ramp(50), frame_checked);
  for (std::size_t bit = 0; bit < 8 * stream.size(); ++bit) {
    auto damaged = stream;
    damaged[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    BOOST_REQUIRE(!failure_of(damaged).empty());
  }
}

BOOST_AUTO_TEST_CASE(garbage_is_refused_at_its_first_header) {
  BOOST_TEST(failure_of(ramp(24)).find("not tern's") != std::string::npos);
  const std::string http = "GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n";
  const auto* start = reinterpret_cast<const std::byte*>(http.data());
  BOOST_TEST(!failure_of({start, start + http.size()}).empty());
}

BOOST_AUTO_TEST_CASE(another_version_says_which) {
  bytes stream;
  append(stream, 1, {});
  stream[4] = std::byte{9};
  BOOST_TEST(failure_of(stream).find("version 9 instead of 1")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_frame_above_the_limit_is_refused_by_its_header) {
  bytes stream;
  append(stream, 1, ramp(101));
  stream.resize(frame_header_size);
  BOOST_TEST(failure_of(stream, 100).find("101 bytes where 100 are allowed")
             != std::string::npos);
  BOOST_TEST(failure_of(stream, 101) == "");
}

BOOST_AUTO_TEST_CASE(after_a_failure_there_are_only_failures) {
  auto stream = ramp(24);
  frame_reader reader;
  reader.feed(stream);
  BOOST_TEST(!reader.next().has_value());
  const auto good = three_frames();
  reader.feed(good);
  BOOST_TEST(!reader.next().has_value());
}

BOOST_AUTO_TEST_CASE(a_stream_that_ends_within_a_frame_is_noticed) {
  const auto stream = three_frames();
  for (std::size_t n = 1; n < stream.size(); ++n) {
    frame_reader reader;
    reader.feed(std::span(stream).first(n));
    for (;;) {
      auto next = reader.next();
      BOOST_REQUIRE(next.has_value());
      if (!*next)
        break;
    }
    const bool between = n == 124 || n == 148;
    BOOST_REQUIRE(reader.at_boundary() == between);
  }
}

BOOST_AUTO_TEST_CASE(a_payload_received_elsewhere_can_be_checked) {
  const auto payload = ramp(500);
  const auto bytes_of_header = encode_frame_header(4, payload, frame_checked);
  const auto header = decode_frame_header(bytes_of_header);
  BOOST_REQUIRE(header.has_value());
  BOOST_TEST(header->length == 500u);
  BOOST_TEST(check_frame_payload(*header, payload).has_value());
  BOOST_TEST(!check_frame_payload(*header, ramp(499)).has_value());
  auto other = payload;
  other[250] ^= std::byte{1};
  BOOST_TEST(!check_frame_payload(*header, other).has_value());
}

BOOST_AUTO_TEST_CASE(a_payload_of_another_frame_is_not_accepted) {
  // The same bytes under another type have another checksum.
  const auto a = encode_frame_header(1, ramp(10), frame_checked);
  const auto b = encode_frame_header(2, ramp(10), frame_checked);
  BOOST_TEST(
      !std::ranges::equal(std::span(a).subspan(16), std::span(b).subspan(16)));
}

BOOST_AUTO_TEST_SUITE_END()
