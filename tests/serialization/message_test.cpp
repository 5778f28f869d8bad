#include "serialization/message.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <limits>
#include <random>

using namespace tern;

namespace {

using bytes = std::vector<std::byte>;

message_header random_header(std::mt19937_64& random) {
  return {static_cast<std::uint16_t>(random()),
          random(),
          random(),
          random(),
          random(),
          random(),
          static_cast<std::uint32_t>(random()),
          static_cast<std::uint32_t>(random()),
          random(),
          random()};
}

bytes random_payload(std::mt19937_64& random) {
  bytes payload(random() % 200);
  for (auto& b : payload)
    b = static_cast<std::byte>(random());
  return payload;
}

/// How many messages can be read, and whether the end was reached.
std::pair<int, bool> read(std::span<const std::byte> batch) {
  message_reader reader(batch);
  for (int n = 0;; ++n) {
    const auto next = reader.next();
    if (!next)
      return {n, false};
    if (!*next)
      return {n, true};
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(messages)

BOOST_AUTO_TEST_CASE(a_batch_comes_back_in_order_with_aligned_payloads) {
  std::mt19937_64 random(11);
  std::vector<message_header> heads;
  std::vector<bytes> payloads;
  bytes batch;
  for (int i = 0; i < 500; ++i) {
    heads.push_back(random_header(random));
    payloads.push_back(random_payload(random));
    const auto before = batch.size();
    append_message(batch, heads.back(), payloads.back());
    BOOST_REQUIRE(batch.size() - before
                  == message_size(payloads.back().size()));
  }
  message_reader reader(batch);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const auto next = reader.next();
    BOOST_REQUIRE((next.has_value() && next->has_value()));
    BOOST_REQUIRE(((*next)->head == heads[i]));
    BOOST_REQUIRE(std::ranges::equal((*next)->payload, payloads[i]));
    BOOST_REQUIRE(((*next)->payload.data() - batch.data()) % 8 == 0);
  }
  BOOST_TEST(!reader.next().value().has_value());
}

BOOST_AUTO_TEST_CASE(the_layout_is_the_documented_one) {
  bytes batch;
  append_message(batch,
                 {0x0102, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19},
                 std::vector(3, std::byte{0xee}));
  BOOST_REQUIRE(batch.size() == 80u);
  const auto at = [&batch](std::size_t i) {
    return std::to_integer<int>(batch[i]);
  };
  BOOST_TEST(at(0) == 0x02);
  BOOST_TEST(at(1) == 0x01);
  BOOST_TEST(at(4) == 3);
  int value = 0x11;
  for (std::size_t field : {8, 16, 24, 32, 40, 48, 52, 56, 64})
    BOOST_TEST(at(field) == value++);
  BOOST_TEST(at(74) == 0xee);
  BOOST_TEST(at(75) == 0);
}

BOOST_AUTO_TEST_CASE(an_empty_batch_ends_at_once) {
  BOOST_TEST((read({}) == std::pair{0, true}));
}

BOOST_AUTO_TEST_CASE(a_cut_batch_gives_its_whole_messages_and_a_failure) {
  bytes batch;
  append_message(batch, {}, bytes(10, std::byte{1}));
  const auto first = batch.size();
  append_message(batch, {}, bytes(20, std::byte{2}));
  for (std::size_t n = 1; n < batch.size(); ++n) {
    const auto [messages, ended] = read(std::span(batch).first(n));
    BOOST_REQUIRE(messages == (n < first ? 0 : 1));
    BOOST_REQUIRE(ended == (n == first));
  }
}

BOOST_AUTO_TEST_CASE(a_length_beyond_the_batch_is_refused) {
  bytes batch;
  append_message(batch, {}, bytes(10, std::byte{1}));
  for (auto high : {std::byte{1}, std::byte{0x7f}, std::byte{0xff}}) {
    batch[7] = high;
    BOOST_TEST((read(batch) == std::pair{0, false}));
  }
}

BOOST_AUTO_TEST_CASE(what_must_be_zero_is) {
  bytes batch;
  append_message(batch, {}, bytes(10, std::byte{1}));
  auto reserved = batch;
  reserved[2] = std::byte{1};
  BOOST_TEST((read(reserved) == std::pair{0, false}));
  auto padded = batch;
  padded.back() = std::byte{1};
  BOOST_TEST((read(padded) == std::pair{0, false}));
  const auto failed = message_reader(padded).next();
  BOOST_TEST((failed.error().kind == failure_kind::malformed));
}

BOOST_AUTO_TEST_SUITE_END()
