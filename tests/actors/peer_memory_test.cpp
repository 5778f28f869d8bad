#include "actors/link/borrowed_bulks.hpp"
#include "actors/link/peer_memory.hpp"
#include "actors/link/receiver.hpp"
#include "actors/link/send_queue.hpp"
#include "tests/actors/nodes.hpp"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

using namespace tern;
using namespace tern::testing;

// This process is its own peer: what it reads by the system call, it could read
// itself.

namespace {

constexpr std::uint64_t max_bulk = 100'000'000;

buffer block_of(std::size_t size, std::uint64_t seed) {
  auto block = buffer::allocate(size);
  std::mt19937_64 random{seed};
  for (auto& byte : block.mutable_bytes())
    byte = static_cast<std::byte>(random());
  return block;
}

/// A mark, and the memory that it tells of.
struct lender {
  memory_nonce nonce = random_nonce();
  memory_mark mark;

  lender() {
    mark.open(nonce);
  }
  std::optional<peer_memory> memory() const {
    return peer_memory::recognise(getpid(), mark.address(), nonce);
  }
};

/// Writes all that a queue has to write now, and gives the frames that are no
/// messages.
class frames final : public frame_sink {
public:
  explicit frames(send_queue& queue) {
    receiver r{max_bulk};
    for (auto pieces = queue.next(); !pieces.empty(); pieces = queue.next()) {
      std::size_t written = 0;
      for (const auto& piece : pieces)
        written += take(
            r, {static_cast<const std::byte*>(piece.iov_base), piece.iov_len});
      queue.written(written);
    }
  }
  void on_message(const message_view&, buffer bulk) override {
    bulks += bulk ? 1 : 0;
    ++messages;
  }
  void on_frame(wire::frame_type type,
                std::span<const std::byte> body) override {
    if (type == wire::frame_type::bulk_lent)
      lent.emplace_back(body.begin(), body.end());
    else
      ++others;
  }

  int messages = 0; ///< bulks among them
  int bulks = 0;
  int others = 0;                           ///< frames that are neither
  std::vector<std::vector<std::byte>> lent; ///< bodies

private:
  std::size_t take(receiver& r, std::span<const std::byte> bytes) {
    auto rest = bytes;
    while (!rest.empty()) {
      std::size_t count = 0;
      for (const auto& room : r.room()) {
        const auto part = std::min(room.iov_len, rest.size() - count);
        std::copy_n(rest.data() + count, part,
                    static_cast<std::byte*>(room.iov_base));
        count += part;
      }
      BOOST_TEST_REQUIRE(r.received(count, *this).has_value());
      rest = rest.subspan(count);
    }
    return bytes.size();
  }
};

std::vector<std::byte> place_of(const buffer& block, std::uint64_t sequence) {
  send_queue queue;
  queue.lend();
  envelope head;
  head.sequence = sequence;
  queue.add_bulk(kind_a, head, bytes_of("where it is"), block);
  return frames{queue}.lent.at(0);
}

} // namespace

BOOST_AUTO_TEST_SUITE(peer_memories)

BOOST_AUTO_TEST_CASE(memory_is_recognised_by_its_mark_alone) {
  lender l;
  BOOST_TEST(l.memory().has_value());
  BOOST_TEST(
      !peer_memory::recognise(getpid(), l.mark.address(), random_nonce()));
  BOOST_TEST(!peer_memory::recognise(getpid(), l.mark.address() + 8, l.nonce));
  BOOST_TEST(!peer_memory::recognise(getpid(), 0, l.nonce));
  BOOST_TEST(!peer_memory::recognise(-1, l.mark.address(), l.nonce));
  const auto memory = l.memory();
  l.mark.close();
  BOOST_TEST(!memory->is_open());
  BOOST_TEST(!l.memory().has_value());
}

BOOST_AUTO_TEST_CASE(what_is_not_mapped_is_not_read) {
  lender l;
  const auto block = block_of(5'000'003, 1);
  auto copy = buffer::allocate(block.size());
  BOOST_TEST(l.memory()->read(copy.mutable_data(),
                              reinterpret_cast<std::uintptr_t>(block.data()),
                              block.size()));
  BOOST_TEST(std::ranges::equal(copy.bytes(), block.bytes()));
  BOOST_TEST(!l.memory()->read(copy.mutable_data(), 64, 4096));
}

BOOST_AUTO_TEST_CASE(large_bulks_are_lent_and_held_until_they_are_taken) {
  send_queue queue;
  queue.lend();
  const auto block = block_of(wire::least_lent, 1);
  queue.add_bulk(kind_a, {}, {}, block_of(10, 3));
  queue.add(kind_b, {}, bytes_of("before"));
  queue.add_bulk(kind_a, {}, {}, block);
  queue.add_bulk(kind_a, {}, {}, block_of(10, 2));
  BOOST_TEST(queue.lent_bytes() == block.size() + 10);
  const frames first{queue};
  BOOST_TEST(first.messages == 2);
  BOOST_TEST(first.bulks == 1); // what is small and first
  BOOST_TEST(first.lent.size() == 2u);
  BOOST_TEST(queue.messages() == 2u);
  BOOST_TEST((queue.taken() == block.size()));
  BOOST_TEST((queue.taken() == std::uint64_t{10}));
  BOOST_TEST(!queue.taken().has_value());
  BOOST_TEST(queue.lent_bytes() == 0u);
  BOOST_TEST(queue.empty());
  BOOST_TEST(queue.messages() == 0u);
}

BOOST_AUTO_TEST_CASE(what_is_sent_does_not_overtake_what_is_lent) {
  send_queue queue;
  queue.lend();
  const std::vector<std::byte> much(wire::max_lent_payload + 1);
  queue.add_bulk(kind_a, {}, {}, block_of(wire::least_lent, 1));
  queue.add_bulk(kind_a, {}, much, block_of(wire::least_lent, 2));
  const frames first{queue};
  BOOST_TEST(first.lent.size() == 1u);
  BOOST_TEST(first.messages == 0);
  queue.taken();
  BOOST_TEST(frames{queue}.bulks == 1);
}

BOOST_AUTO_TEST_CASE(the_last_frame_goes_when_all_is_taken) {
  send_queue queue;
  queue.lend();
  constexpr auto extra = 3;
  for (std::size_t i = 0; i < wire::most_lent + extra; ++i)
    queue.add_bulk(kind_a, {}, {}, block_of(wire::least_lent, i));
  queue.add(kind_b, {}, bytes_of("after"));
  queue.add_last(wire::frame_type::goodbye);
  std::size_t lent = 0;
  for (std::size_t i = 0; i <= wire::most_lent + extra; ++i) {
    const frames now{queue};
    lent += now.lent.size();
    BOOST_TEST(now.others == (i == wire::most_lent + extra ? 1 : 0));
    queue.taken();
  }
  BOOST_TEST(lent == wire::most_lent + extra);
  BOOST_TEST(queue.empty());
}

BOOST_AUTO_TEST_CASE(no_more_is_lent_than_the_peer_takes) {
  send_queue queue;
  queue.lend();
  const auto block = block_of(wire::least_lent, 1);
  for (std::size_t i = 0; i < wire::most_lent + 10; ++i)
    queue.add_bulk(kind_a, {}, {}, block);
  BOOST_TEST(frames{queue}.lent.size() == wire::most_lent);
  queue.taken();
  BOOST_TEST(frames{queue}.lent.size() == 1u);
  const auto large = buffer::allocate(wire::most_lent_bytes / 2);
  send_queue other;
  other.lend();
  for (int i = 0; i < 5; ++i)
    other.add_bulk(kind_a, {}, {}, large);
  BOOST_TEST(frames{other}.lent.size() == 2u);
}

BOOST_AUTO_TEST_CASE(borrowed_bulks_are_read_in_order_by_chunks) {
  lender l;
  borrowed_bulks all{max_bulk};
  all.recognise(getpid(), l.mark.address(), l.nonce);
  const auto first = block_of(2 * wire::max_chunk + 5, 1);
  const auto second = block_of(wire::least_lent, 2);
  BOOST_TEST_REQUIRE(all.add(place_of(first, 1)).has_value());
  BOOST_TEST_REQUIRE(all.add(place_of(second, 2)).has_value());
  std::vector<int> steps;
  std::vector<borrowed_bulks::taken> got;
  for (int i = 0; !all.empty(); ++i) {
    auto one = all.read_on();
    BOOST_TEST_REQUIRE(one.has_value());
    if (*one) {
      got.push_back(*std::move(*one));
      steps.push_back(i);
    }
  }
  BOOST_TEST((steps == std::vector{2, 3}));
  BOOST_TEST(got[0].message.head.sequence == 1u);
  BOOST_TEST(text_of(got[1].message.payload) == "where it is");
  BOOST_TEST(std::ranges::equal(got[0].bytes.bytes(), first.bytes()));
  BOOST_TEST(std::ranges::equal(got[1].bytes.bytes(), second.bytes()));
}

// The lender took this end for dead, and uses the memory for something else.
BOOST_AUTO_TEST_CASE(what_is_not_lent_any_more_is_not_delivered) {
  lender l;
  borrowed_bulks all{max_bulk};
  all.recognise(getpid(), l.mark.address(), l.nonce);
  const auto block = block_of(2 * wire::max_chunk, 1);
  BOOST_TEST_REQUIRE(all.add(place_of(block, 1)).has_value());
  BOOST_TEST_REQUIRE(all.read_on().has_value());
  l.mark.close();
  const auto end = all.read_on();
  BOOST_TEST_REQUIRE(!end.has_value());
  BOOST_TEST((end.error().kind == failure_kind::unreachable));
}

BOOST_AUTO_TEST_CASE(places_that_no_peer_would_name_are_refused) {
  lender l;
  const auto block = block_of(wire::least_lent, 1);
  const auto place = place_of(block, 1);
  borrowed_bulks blind{max_bulk};
  BOOST_TEST(why(blind.add(place)).find("cannot read") != std::string::npos);
  borrowed_bulks small{wire::least_lent - 1};
  small.recognise(getpid(), l.mark.address(), l.nonce);
  BOOST_TEST(why(small.add(place)).find("above the limit")
             != std::string::npos);
  borrowed_bulks all{max_bulk};
  all.recognise(getpid(), l.mark.address(), l.nonce);
  BOOST_TEST(!all.add(std::span{place}.first(15)));
  BOOST_TEST(!all.add(std::span{place}.first(16)));
  for (std::size_t i = 0; i < wire::most_lent; ++i)
    BOOST_TEST_REQUIRE(all.add(place).has_value());
  BOOST_TEST(!all.add(place));
  auto nowhere = place;
  wire::write_lent_place(nowhere.data(), {4096, 64});
  borrowed_bulks lost{max_bulk};
  lost.recognise(getpid(), l.mark.address(), l.nonce);
  BOOST_TEST_REQUIRE(lost.add(nowhere).has_value());
  BOOST_TEST(why(lost.read_on()).find("Bad address") != std::string::npos);
}

// Chunks or memory: the same bytes come, in the same order.
BOOST_AUTO_TEST_CASE(nodes_share_memory_if_both_may) {
  for (const auto& [a_may, b_may] :
       {std::pair{true, true}, {true, false}, {false, true}, {false, false}}) {
    struct state {
      std::vector<std::uint64_t> order;
      bool equal = true;
    };
    watched<state> got;
    const auto block = block_of(3 * wire::max_chunk + 1, 7);
    node_config config;
    config.shares_memory = a_may;
    auto a = start_node(config);
    config.shares_memory = b_may;
    auto b = start_node(config);
    b->on(kind_a, [&](incoming& m) {
      got.change([&](state& s) {
        s.order.push_back(m.head.sequence);
        const auto sent = block.bytes().first(m.bulk.size());
        s.equal = s.equal && std::ranges::equal(m.bulk.bytes(), sent);
      });
    });
    join(*b, *a);
    // the first ones may go before the two know each other's memory
    std::uint64_t sent = 0;
    const auto lent = [&] {
      envelope head;
      head.sequence = ++sent;
      auto part = buffer::copy(
          block.bytes().first(sent % 3 == 0 ? 1000 : block.size() - sent % 7));
      a->send_bulk(b->id(), kind_a, head, {}, part);
      BOOST_TEST(eventually([&] { return a->queued(b->id()) == 0; }));
      return a->count().bytes_lent > 0;
    };
    if (a_may && b_may)
      BOOST_TEST(eventually(lent));
    else
      for (int i = 0; i < 20; ++i)
        BOOST_TEST(!lent());
    BOOST_TEST(got.wait([&](state& s) { return s.order.size() == sent; }));
    BOOST_TEST(got.value().equal);
    BOOST_TEST(std::ranges::is_sorted(got.value().order));
    BOOST_TEST(eventually([&] { return a->queued(b->id()) == 0; }));
  }
}

BOOST_AUTO_TEST_CASE(what_was_lent_before_a_goodbye_arrives) {
  watched<int> got;
  watched<std::string> reason;
  const auto block = block_of(8 * wire::max_chunk, 7);
  auto b = start_node();
  auto a = start_node();
  b->on(kind_a, [&](incoming&) { got.change([](int& n) { ++n; }); });
  b->on_down([&](const member&, const std::string& why) {
    reason.change([&](std::string& r) { r = why; });
  });
  join(*a, *b);
  int sent = 0;
  const auto send = [&] {
    a->send_bulk(b->id(), kind_a, {}, {}, block);
    ++sent;
  };
  BOOST_TEST(eventually([&] {
    send();
    BOOST_TEST(eventually([&] { return a->queued(b->id()) == 0; }));
    return a->count().bytes_lent > 0;
  }));
  for (int i = 0; i < 40; ++i) // some have to wait to be lent
    send();
  a->send_bulk(b->id(), kind_a, {}, {}, buffer::copy(bytes_of("the last")));
  ++sent;
  a.reset();
  BOOST_TEST(got.wait([&](int& n) { return n == sent; }));
  BOOST_TEST(reason.wait([](const std::string& r) { return !r.empty(); }));
  BOOST_TEST(reason.value() == "left");
}

BOOST_AUTO_TEST_SUITE_END()
