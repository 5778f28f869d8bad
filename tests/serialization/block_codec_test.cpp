#include "serialization/block_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <string>

using namespace tern;

namespace {

plain_block block_of(std::initializer_list<std::int64_t> shape,
                     std::uint8_t item_size) {
  plain_block b{11, item_size, {}, {}};
  std::size_t size = item_size;
  for (auto extent : shape) {
    b.shape.push_back(extent);
    size *= static_cast<std::size_t>(extent);
  }
  b.bytes = buffer::allocate(size);
  for (std::size_t i = 0; i < size; ++i)
    b.bytes.mutable_bytes()[i] = static_cast<std::byte>(i / 16);
  return b;
}

/// Through the codec and back; the failure of whichever step fails.
result<plain_block> there_and_back(const encoded_block& e) {
  return decode_block_header(e.header).and_then(
      [&e](const block_header& h) { return decode_block(h, e.payload); });
}

void check_equal(const plain_block& a, const plain_block& b) {
  BOOST_TEST(int{a.dtype} == int{b.dtype});
  BOOST_TEST(int{a.item_size} == int{b.item_size});
  BOOST_TEST((a.shape == b.shape));
  BOOST_TEST(std::ranges::equal(a.bytes.bytes(), b.bytes.bytes()));
}

void check_malformed(const encoded_block& e, const std::string& says) {
  const auto decoded = there_and_back(e);
  BOOST_REQUIRE(!decoded.has_value());
  BOOST_TEST((decoded.error().kind == failure_kind::malformed));
  BOOST_TEST_CONTEXT(decoded.error().what)
  BOOST_TEST(decoded.error().what.find(says) != std::string::npos);
}

} // namespace

BOOST_AUTO_TEST_SUITE(block_codec)

BOOST_AUTO_TEST_CASE(blocks_of_all_kinds_come_back) {
  for (auto how : {encoding::raw, encoding::lz4, encoding::shuffle_lz4}) {
    check_equal(there_and_back(encode_block(block_of({}, 8), how)).value(),
                block_of({}, 8));
    check_equal(
        there_and_back(encode_block(block_of({30, 41}, 4), how)).value(),
        block_of({30, 41}, 4));
    check_equal(
        there_and_back(encode_block(block_of({5, 0, 3}, 8), how)).value(),
        block_of({5, 0, 3}, 8));
    check_equal(
        there_and_back(encode_block(block_of({1000, 100}, 8), how)).value(),
        block_of({1000, 100}, 8));
  }
}

BOOST_AUTO_TEST_CASE(raw_bytes_are_never_copied) {
  const auto b = block_of({1000, 100}, 8);
  const auto e = encode_block(b);
  BOOST_TEST(e.payload.data() == b.bytes.data());
  BOOST_TEST(there_and_back(e)->bytes.data() == b.bytes.data());
}

BOOST_AUTO_TEST_CASE(compressed_payloads_are_smaller_or_raw) {
  const auto b = block_of({1000, 100}, 8);
  BOOST_TEST(encode_block(b, encoding::lz4).payload.size()
             < b.bytes.size() / 10);
  const auto tiny = encode_block(block_of({}, 8), encoding::lz4);
  BOOST_TEST((decode_block_header(tiny.header)->how == encoding::raw));
}

BOOST_AUTO_TEST_CASE(as_many_axes_as_allowed_and_no_more) {
  auto b = block_of({}, 8);
  b.shape.assign(max_block_axes, 1);
  check_equal(there_and_back(encode_block(b)).value(), b);
  b.shape.push_back(1);
  check_malformed(encode_block(b), "more than 32 axes");
}

BOOST_AUTO_TEST_CASE(a_header_is_read_at_any_alignment_with_bytes_after_it) {
  const auto e = encode_block(block_of({7}, 8));
  for (std::size_t offset = 0; offset < 8; ++offset) {
    std::vector<std::byte> moved(offset);
    moved.insert(moved.end(), e.header.begin(), e.header.end());
    moved.insert(moved.end(), 20, std::byte{0xff});
    const auto header = decode_block_header(std::span(moved).subspan(offset));
    BOOST_REQUIRE(header.has_value());
    BOOST_TEST(header->shape.at(0) == 7);
  }
}

BOOST_AUTO_TEST_CASE(every_bit_of_header_and_payload_is_guarded) {
  const auto b = block_of({3, 5}, 8);
  const auto whole = encode_block(b);
  for (std::size_t bit = 0; bit < 8 * whole.header.size(); ++bit) {
    auto damaged = whole;
    damaged.header[bit / 8] ^= static_cast<std::byte>(1u << bit % 8);
    const auto decoded = there_and_back(damaged);
    // Bits of padding may be anything; then nothing may have changed.
    if (decoded)
      check_equal(*decoded, b);
  }
  for (std::size_t bit = 0; bit < 8 * b.bytes.size(); ++bit) {
    auto damaged = whole;
    damaged.payload = buffer::copy(whole.payload.bytes());
    damaged.payload.mutable_data()[bit / 8] ^=
        static_cast<std::byte>(1u << bit % 8);
    check_malformed(damaged, "checksum");
  }
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_header_is_refused) {
  const auto e = encode_block(block_of({3, 5}, 8));
  for (std::size_t n = 0; n < e.header.size(); ++n)
    BOOST_TEST(!decode_block_header(std::span(e.header).first(n)).has_value());
}

BOOST_AUTO_TEST_CASE(a_payload_of_another_size_is_refused) {
  auto e = encode_block(block_of({10}, 8));
  e.payload = buffer::copy(e.payload.bytes().first(79));
  check_malformed(e, "79 bytes instead of 80");
  e.payload = {};
  check_malformed(e, "0 bytes instead of 80");
}

BOOST_AUTO_TEST_CASE(the_payload_of_another_block_is_refused) {
  auto e = encode_block(block_of({10, 2}, 8));
  e.payload = encode_block(block_of({2, 10}, 8)).payload;
  BOOST_TEST(there_and_back(e).has_value()); // the same bytes
  e.header = encode_block(block_of({2, 10}, 8)).header;
  BOOST_TEST(there_and_back(e).has_value());
  auto other = block_of({10, 2}, 8);
  other.bytes.mutable_data()[3] = std::byte{0x77};
  e.payload = other.bytes;
  check_malformed(e, "checksum");
}

BOOST_AUTO_TEST_CASE(extents_that_lie_are_refused) {
  auto b = block_of({10}, 8);
  b.shape = {11};
  check_malformed(encode_block(b), "do not agree");
  b.shape = {-10};
  check_malformed(encode_block(b), "do not agree");
  b.shape = {std::numeric_limits<std::int64_t>::max(), 2};
  check_malformed(encode_block(b), "do not agree");
  // 2^62 x 2^62 x 8 wraps around to 0.
  b.shape = {std::int64_t{1} << 62, std::int64_t{1} << 62};
  b.bytes = buffer::allocate(0);
  check_malformed(encode_block(b), "do not agree");
  b = block_of({10}, 8);
  b.item_size = 0;
  check_malformed(encode_block(b), "elements of no bytes");
}

BOOST_AUTO_TEST_CASE(sizes_above_the_limit_are_refused_before_any_payload) {
  const auto e = encode_block(block_of({100}, 8));
  BOOST_TEST(decode_block_header(e.header, 800).has_value());
  const auto refused = decode_block_header(e.header, 799);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().what.find("limit of 799") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(few_bytes_cannot_claim_to_stand_for_many) {
  // Zeros: LZ4's best case, and a header that claims ten times as much.
  auto b = block_of({100'000}, 8);
  std::ranges::fill(b.bytes.mutable_bytes(), std::byte{});
  const auto e = encode_block(b, encoding::lz4);
  const auto h = decode_block_header(e.header).value();
  BOOST_TEST(h.raw_size <= most_decompressed(h.stored_size, h.how));
  BOOST_TEST(10 * h.raw_size > most_decompressed(h.stored_size, h.how));
}

BOOST_AUTO_TEST_SUITE_END()
