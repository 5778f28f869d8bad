#include "actors/link/hello.hpp"
#include "actors/link/receiver.hpp"
#include "actors/link/send_queue.hpp"
#include "serialization/little_endian.hpp"
#include "tests/actors/nodes.hpp"

#include <algorithm>
#include <random>

using namespace tern;
using namespace tern::testing;

namespace {

struct got_message {
  message_header head;
  std::string payload;
  std::string bulk;

  friend bool operator==(const got_message&, const got_message&) = default;
};

/// Keeps what a receiver gives out.
class recorder final : public frame_sink {
public:
  void on_message(const message_view& m, buffer bulk) override {
    aligned =
        aligned && reinterpret_cast<std::uintptr_t>(m.payload.data()) % 8 == 0;
    messages.push_back({m.head, text_of(m.payload), text_of(bulk.bytes())});
  }
  void on_frame(wire::frame_type type,
                std::span<const std::byte> body) override {
    frames.push_back(type);
    bodies.push_back(text_of(body));
  }

  std::vector<got_message> messages;
  std::vector<wire::frame_type> frames;
  std::vector<std::string> bodies;
  bool aligned = true;
};

/// Takes all bytes out of a queue, at most `step` at a time.
std::vector<std::byte> drain(send_queue& queue, std::size_t step = 1 << 20) {
  std::vector<std::byte> all;
  for (;;) {
    auto pieces = queue.next();
    if (pieces.empty())
      return all;
    auto first = pieces.front();
    auto count = std::min(first.iov_len, step);
    auto from = static_cast<const std::byte*>(first.iov_base);
    all.insert(all.end(), from, from + count);
    queue.written(count);
  }
}

/// Gives `bytes` to a receiver, `step()` at a time.
template <class Step>
result<void> feed(receiver& r, frame_sink& sink,
                  std::span<const std::byte> bytes, Step step) {
  while (!bytes.empty()) {
    std::size_t count = 0;
    auto limit = std::min<std::size_t>(bytes.size(), step());
    for (auto& room : r.room()) {
      auto part = std::min(room.iov_len, limit - count);
      std::memcpy(room.iov_base, bytes.data() + count, part);
      count += part;
    }
    BOOST_REQUIRE(count > 0);
    bytes = bytes.subspan(count);
    if (auto done = r.received(count, sink); !done)
      return done;
  }
  return {};
}

std::string random_text(std::mt19937_64& random, std::size_t size) {
  std::string text(size, '\0');
  for (auto& c : text)
    c = static_cast<char>(random());
  return text;
}

constexpr std::uint64_t max_bulk = 100'000'000;

std::vector<std::byte> frame_of(wire::frame_type type,
                                std::span<const std::byte> body) {
  std::vector<std::byte> bytes(wire::header_size);
  wire::write_header(bytes.data(), type, body);
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

result<void> receive_all(std::span<const std::byte> bytes,
                         std::uint64_t limit = max_bulk) {
  receiver r{limit};
  recorder sink;
  return feed(r, sink, bytes, [] { return 1 << 20; });
}

} // namespace

BOOST_AUTO_TEST_SUITE(links)

BOOST_AUTO_TEST_CASE(whatever_is_queued_is_received_however_it_is_cut) {
  std::mt19937_64 random{42};
  for (int round = 0; round < 30; ++round) {
    send_queue queue;
    std::vector<got_message> small;
    std::vector<got_message> bulk;
    auto count = 1 + random() % 60;
    for (std::uint64_t i = 0; i < count; ++i) {
      got_message m;
      m.head.kind = static_cast<std::uint16_t>(random());
      m.head.sequence = i;
      m.head.number = random();
      auto size = random() % 20 == 0 ? random() % 600000 : random() % 300;
      m.payload = random_text(random, size);
      envelope head;
      head.sequence = m.head.sequence;
      head.number = m.head.number;
      auto kind = static_cast<message_kind>(m.head.kind);
      if (random() % 5 == 0) {
        m.bulk = random_text(random, random() % 3000000);
        queue.add_bulk(kind, head, bytes_of(m.payload),
                       buffer::copy(bytes_of(m.bulk)));
        bulk.push_back(std::move(m));
      } else {
        queue.add(kind, head, bytes_of(m.payload));
        small.push_back(std::move(m));
      }
    }
    auto promised = queue.bytes();
    auto bytes = drain(queue, 1 + random() % 100000);
    BOOST_TEST(bytes.size() == promised);
    BOOST_TEST(queue.empty());
    BOOST_TEST(queue.messages() == 0u);
    receiver r{max_bulk};
    recorder sink;
    auto done = feed(r, sink, bytes, [&] {
      return random() % 4 == 0 ? 1 + random() % 40 : 1 + random() % 400000;
    });
    BOOST_REQUIRE_MESSAGE(done.has_value(), why(done));
    BOOST_TEST(sink.aligned);
    std::vector<got_message> got_small;
    std::vector<got_message> got_bulk;
    for (auto& m : sink.messages) {
      auto is_bulk = std::ranges::find(bulk, m.head.sequence,
                                       [](auto& b) { return b.head.sequence; })
                     != bulk.end();
      (is_bulk ? got_bulk : got_small).push_back(std::move(m));
    }
    BOOST_TEST((got_small == small));
    BOOST_TEST((got_bulk == bulk));
  }
}

BOOST_AUTO_TEST_CASE(batches_and_chunks_take_turns) {
  send_queue queue;
  auto bulk = buffer::allocate(5 * wire::max_chunk);
  std::ranges::fill(bulk.mutable_bytes(), std::byte{1});
  queue.add_bulk(kind_a, {}, {}, bulk);
  std::vector<std::byte> payload(send_queue::batch_size);
  for (int i = 0; i < 3; ++i)
    queue.add(kind_b, {}, payload);
  std::string order;
  for (auto pieces = queue.next(); !pieces.empty(); pieces = queue.next()) {
    std::size_t size = 0;
    for (auto& p : pieces)
      size += p.iov_len;
    order += size > wire::max_chunk ? 'c' : 'b';
    queue.written(size);
  }
  BOOST_TEST((order == "bcbcbccc" || order == "cbcbcbcc"));
}

BOOST_AUTO_TEST_CASE(a_written_bulk_message_gives_its_memory_back) {
  send_queue queue;
  auto bulk = buffer::copy(bytes_of("some bytes"));
  queue.add_bulk(kind_a, {}, {}, bulk);
  queue.add(kind_a, {}, bytes_of("small"));
  BOOST_TEST(queue.messages() == 2u);
  drain(queue);
  BOOST_TEST(queue.messages() == 0u);
  BOOST_TEST(!queue.has_bulk());
}

BOOST_AUTO_TEST_CASE(other_frames_pass_between_messages) {
  send_queue queue;
  queue.add(kind_a, {}, bytes_of("one"));
  queue.add_frame(wire::frame_type::ping, bytes_of("12345678"));
  queue.add(kind_a, {}, bytes_of("two"));
  queue.add_frame(wire::frame_type::goodbye, {});
  receiver r{max_bulk};
  recorder sink;
  BOOST_REQUIRE(feed(r, sink, drain(queue), [] { return 7; }));
  BOOST_TEST(sink.messages.size() == 2u);
  BOOST_TEST(
      (sink.frames
       == std::vector{wire::frame_type::ping, wire::frame_type::goodbye}));
  BOOST_TEST(sink.bodies.front() == "12345678");
}

BOOST_AUTO_TEST_CASE(a_changed_bit_outside_bulk_bytes_is_found) {
  send_queue queue;
  queue.add(kind_a, {}, bytes_of("something that matters"));
  queue.add_bulk(kind_a, {}, bytes_of("more"),
                 buffer::copy(bytes_of("not covered")));
  auto bytes = drain(queue);
  auto covered = bytes.size() - std::string{"not covered"}.size();
  for (std::size_t bit = 0; bit < 8 * covered; ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    receiver r{max_bulk};
    recorder sink;
    auto done = feed(r, sink, damaged, [] { return 1 << 20; });
    // A length that grew leaves the receiver waiting for more.
    BOOST_TEST((!done || sink.messages.size() < 2), "bit " << bit);
  }
}

BOOST_AUTO_TEST_CASE(a_bulk_message_above_the_limit_is_refused) {
  send_queue queue;
  queue.add_bulk(kind_a, {}, {}, buffer::copy(bytes_of("123456789")));
  auto bytes = drain(queue);
  BOOST_TEST(receive_all(bytes, 9).has_value());
  auto done = receive_all(bytes, 8);
  BOOST_REQUIRE(!done);
  BOOST_TEST(done.error().what
             == "a bulk message of 9 bytes is above the limit of 8");
}

BOOST_AUTO_TEST_CASE(chunks_that_nobody_announced_are_refused) {
  auto body = bytes_of("12345678");
  std::vector<std::byte> chunk(wire::header_size);
  wire::write_chunk_header(chunk.data(), body);
  chunk.insert(chunk.end(), body.begin(), body.end());
  BOOST_TEST(!receive_all(chunk));
  // One that is longer than what is left.
  send_queue queue;
  queue.add_bulk(kind_a, {}, {}, buffer::copy(bytes_of("1234")));
  auto bytes = drain(queue);
  bytes.resize(bytes.size() - wire::header_size - 4);
  BOOST_TEST(receive_all(bytes).has_value());
  bytes.insert(bytes.end(), chunk.begin(), chunk.end());
  BOOST_TEST(!receive_all(bytes));
}

BOOST_AUTO_TEST_CASE(a_bulk_message_inside_another_is_refused) {
  send_queue queue;
  queue.add_bulk(kind_a, {}, {}, buffer::copy(bytes_of("1234")));
  auto bytes = drain(queue);
  bytes.resize(bytes.size() - wire::header_size - 4);
  auto twice = bytes;
  twice.insert(twice.end(), bytes.begin(), bytes.end());
  BOOST_TEST(!receive_all(twice));
}

BOOST_AUTO_TEST_CASE(frames_that_no_sender_writes_are_refused) {
  std::vector<std::byte> odd(12);
  BOOST_TEST(!receive_all(frame_of(wire::frame_type::batch, odd)));
  BOOST_TEST(!receive_all(frame_of(wire::frame_type::bulk_begin, {})));
  BOOST_TEST(!receive_all(frame_of(wire::frame_type::ping, {})));
  BOOST_TEST(
      !receive_all(frame_of(wire::frame_type::goodbye, bytes_of("12345678"))));
  BOOST_TEST(!receive_all(frame_of(static_cast<wire::frame_type>(7), {})));
  BOOST_TEST(!receive_all(bytes_of("GET / HTTP/1.1\r\nHost: localhost\r\n")));
}

BOOST_AUTO_TEST_CASE(a_greeting_is_read_back_and_nothing_else_is_one) {
  hello h{3, hello_answer::stranger, node_id{5}, node_id{7}};
  auto bytes = encode(h);
  auto back = decode_hello(bytes);
  BOOST_REQUIRE(back);
  BOOST_TEST((*back == h));
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto damaged = bytes;
    damaged[bit / 8] ^= std::byte{1} << (bit % 8);
    BOOST_TEST(!decode_hello(damaged), "bit " << bit);
  }
}

BOOST_AUTO_TEST_SUITE_END()
