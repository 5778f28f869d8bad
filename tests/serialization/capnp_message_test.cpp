#include "serialization/capnp_message.hpp"
#include "serialization/schema/block.capnp.h"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

using namespace tern;

namespace {

std::vector<std::byte> message_of(unsigned axes) {
  capnp::MallocMessageBuilder message;
  auto shape = message.initRoot<schema::BlockHeader>().initShape(axes);
  for (unsigned i = 0; i < axes; ++i)
    shape.set(i, i);
  return encode_capnp(message);
}

result<std::int64_t> sum_of_shape(std::span<const std::byte> bytes) {
  return decode_capnp<schema::BlockHeader>(
      bytes, "shape",
      [](schema::BlockHeader::Reader root) -> result<std::int64_t> {
        std::int64_t sum = 0;
        for (auto extent : root.getShape())
          sum += extent;
        return sum;
      });
}

} // namespace

BOOST_AUTO_TEST_SUITE(capnp_message)

BOOST_AUTO_TEST_CASE(a_message_is_read_at_any_alignment_and_size) {
  for (unsigned axes : {0u, 3u, 50u, 2000u}) {
    const auto message = message_of(axes);
    for (std::size_t offset = 0; offset < 8; ++offset) {
      std::vector<std::byte> moved(offset);
      moved.insert(moved.end(), message.begin(), message.end());
      const auto sum = sum_of_shape(std::span(moved).subspan(offset));
      BOOST_REQUIRE(sum.has_value());
      BOOST_TEST(*sum == std::int64_t{axes} * (std::int64_t{axes} - 1) / 2);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_message_is_a_failure_that_names_it) {
  const auto message = message_of(5);
  for (std::size_t n = 0; n < message.size(); ++n) {
    const auto sum = sum_of_shape(std::span(message).first(n));
    BOOST_REQUIRE(!sum.has_value());
    BOOST_TEST((sum.error().kind == failure_kind::malformed));
    BOOST_TEST(sum.error().what.starts_with("shape: "));
  }
}

BOOST_AUTO_TEST_CASE(a_reader_that_never_ends_is_stopped) {
  const auto message = message_of(2000);
  const auto endless = decode_capnp<schema::BlockHeader>(
      message, "shape", [](schema::BlockHeader::Reader root) -> result<void> {
        for (;;)
          static_cast<void>(root.getShape());
      });
  BOOST_REQUIRE(!endless.has_value());
  BOOST_TEST((endless.error().kind == failure_kind::malformed));
}

BOOST_AUTO_TEST_CASE(what_a_reader_throws_or_returns_is_a_failure) {
  const auto message = message_of(1);
  const auto thrown = decode_capnp<schema::BlockHeader>(
      message, "shape", [](schema::BlockHeader::Reader) -> result<void> {
        throw std::length_error("too long");
      });
  BOOST_TEST(
      (thrown.error() == failure{failure_kind::malformed, "shape: too long"}));
  const auto returned = decode_capnp<schema::BlockHeader>(
      message, "shape", [](schema::BlockHeader::Reader) -> result<void> {
        return fail(failure_kind::refused, "no");
      });
  BOOST_TEST((returned.error() == failure{failure_kind::refused, "no"}));
}

BOOST_AUTO_TEST_SUITE_END()
