#include "actors/mobile_codec.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace tern;

namespace {

const auto a = actor_id::stateful({1}, 2);
const auto b = actor_id::stateful({3}, 4);

buffer noise(std::size_t size) {
  auto out = buffer::allocate(size);
  for (std::size_t i = 0; i < size; ++i)
    out.mutable_data()[i] = static_cast<std::byte>(i * 37 + size);
  return out;
}

bool equal(const buffer& x, const buffer& y) {
  return std::ranges::equal(x.bytes(), y.bytes());
}

template <class T>
T through(const T& m, encoded_message& wire) {
  encode(m, wire);
  auto back = decode_mobile(wire.kind, wire.head, wire.payload, wire.bulk);
  BOOST_REQUIRE(back.has_value());
  BOOST_REQUIRE(std::holds_alternative<T>(*back));
  return std::get<T>(*back);
}

template <class T>
T through(const T& m) {
  encoded_message wire;
  return through(m, wire);
}

migrate_state full_state(std::size_t snapshot, std::size_t payload) {
  migrate_state m{{a, 9}, {}, {{3}, 4}};
  auto& s = m.state;
  s.type = "counter";
  s.snapshot = noise(snapshot);
  s.mailbox = {{mail::kind::message, b, 1, 2, 3, 4, noise(payload)},
               {mail::kind::writable, b, 0, 0, 0, 0, {}}};
  s.sending = {{b, {5, 8, true, {{6, 1, 2, noise(payload)}, {7, 0, 0, {}}}}},
               {a, {6, 1, false, {}}}};
  s.receiving = {{b, {5, 2, 4, {{6, 1, 2, noise(payload)}, {9, 0, 0, {}}}}}};
  s.next_channel = 7;
  s.checked = {{3}, 2};
  s.orders = {{{1}, 2, {3}}};
  s.finished = {{{{4}, 5, {6}}, {true, {7}, 8, "why not"}}};
  return m;
}

void check_equal(const actor_state& x, const actor_state& y) {
  BOOST_TEST(x.type == y.type);
  BOOST_TEST((x.checked == y.checked));
  BOOST_TEST(equal(x.snapshot, y.snapshot));
  BOOST_REQUIRE(x.mailbox.size() == y.mailbox.size());
  for (std::size_t i = 0; i < x.mailbox.size(); ++i) {
    auto& m = x.mailbox[i];
    auto& n = y.mailbox[i];
    BOOST_TEST((m.what == n.what && m.from == n.from && m.channel == n.channel
                && m.sequence == n.sequence && m.cause == n.cause
                && m.number == n.number && equal(m.payload, n.payload)));
  }
  const auto same = [](const auto& m, const auto& n) {
    return m.sequence == n.sequence && m.cause == n.cause
           && m.number == n.number && equal(m.payload, n.payload);
  };
  BOOST_REQUIRE(x.sending.size() == y.sending.size());
  for (std::size_t i = 0; i < x.sending.size(); ++i) {
    auto& m = x.sending[i];
    auto& n = y.sending[i];
    BOOST_TEST((m.receiver == n.receiver && m.half.number == n.half.number
                && m.half.next == n.half.next
                && m.half.wants_room == n.half.wants_room
                && std::ranges::equal(m.half.kept, n.half.kept, same)));
  }
  BOOST_REQUIRE(x.receiving.size() == y.receiving.size());
  for (std::size_t i = 0; i < x.receiving.size(); ++i) {
    auto& m = x.receiving[i];
    auto& n = y.receiving[i];
    BOOST_TEST((m.sender == n.sender && m.half.number == n.half.number
                && m.half.handled == n.half.handled
                && m.half.delivered == n.half.delivered
                && std::ranges::equal(m.half.early, n.half.early, same)));
  }
  BOOST_TEST(x.next_channel == y.next_channel);
  BOOST_REQUIRE(y.orders.size() == 1u);
  BOOST_TEST(x.orders[0].same(y.orders[0]));
  BOOST_TEST((x.orders[0].target == y.orders[0].target));
  BOOST_REQUIRE(y.finished.size() == 1u);
  BOOST_TEST(x.finished[0].order.same(y.finished[0].order));
  BOOST_TEST((x.finished[0].outcome == y.finished[0].outcome));
}

/// Whether a state with this mistake is refused.
template <class F>
bool refused(F spoil) {
  auto m = full_state(10, 10);
  spoil(m.state);
  encoded_message wire;
  encode(m, wire);
  return !decode_mobile(wire.kind, wire.head, wire.payload, wire.bulk);
}

} // namespace

BOOST_AUTO_TEST_SUITE(mobile_codecs)

BOOST_AUTO_TEST_CASE(routed_messages_survive) {
  for (const auto kind :
       {message_kind::actor_message, message_kind::channel_ack,
        message_kind::order_migration})
    for (const std::size_t size : {0, 1, 100, 65'536, 65'537, 200'000}) {
      routed_message m;
      m.kind = kind;
      m.head = {a, b, 5, 6, 1, 7, 8};
      m.origin = {9};
      m.origin_epoch = 10;
      m.number = 11;
      m.target = {12};
      m.payload = noise(size);
      encoded_message wire;
      const auto back = through(m, wire);
      BOOST_TEST((back.kind == kind && back.head == m.head));
      BOOST_TEST((back.origin == m.origin && back.origin_epoch == 10u
                  && back.number == 11u && back.target == m.target));
      BOOST_TEST(equal(back.payload, m.payload));
      BOOST_TEST((wire.bulk.size() != 0) == (size > bulk_from));
    }
}

BOOST_AUTO_TEST_CASE(steps_of_a_move_survive) {
  const attempt_id attempt{a, 77};
  const view_id v{{7}, 8};
  const auto p = through(migrate_prepare{attempt, "counter", 1ull << 40, v});
  BOOST_TEST((p.attempt == attempt && p.type == "counter"
              && p.bytes == 1ull << 40 && p.view == v));
  const auto q = through(migrate_prepared{attempt, "no room"});
  BOOST_TEST((q.attempt == attempt && q.refusal == "no room"));
  BOOST_TEST((through(migrate_installed{attempt}).attempt == attempt));
  BOOST_TEST((through(migrate_released{attempt}).attempt == attempt));
  BOOST_TEST((through(migrate_abort{attempt}).attempt == attempt));
  const auto r = through(migrate_aborted{attempt, "late"});
  BOOST_TEST((r.attempt == attempt && r.why == "late"));
}

BOOST_AUTO_TEST_CASE(locations_and_answers_survive) {
  const auto u = through(location_update{a, {5}, 6, false, {{7}, 8}});
  BOOST_TEST((u.actor == a && u.node == node_id{5} && u.epoch == 6u
              && u.view == view_id{{7}, 8}));
  BOOST_TEST((through(location_query{a}).actor == a));
  const auto l = through(location_answer{a, {5}, 6, b, 7, 8});
  BOOST_TEST((l.actor == a && l.node == node_id{5} && l.epoch == 6u
              && l.dropped_from == b && l.dropped_channel == 7u
              && l.dropped_order == 8u));
  const auto o = through(order_answer{3, {true, {4}, 5, "x"}});
  BOOST_TEST(
      (o.number == 3u && o.outcome == migration_outcome{true, {4}, 5, "x"}));
}

BOOST_AUTO_TEST_CASE(states_survive_whatever_their_size) {
  // Small; a large snapshot; large messages; both.
  for (const auto& [snapshot, payload] :
       {std::pair<std::size_t, std::size_t>{1000, 10},
        {1'000'000, 10},
        {10, 800'000},
        {1'000'000, 800'000}}) {
    const auto m = full_state(snapshot, payload);
    encoded_message wire;
    const auto back = through(m, wire);
    BOOST_TEST((back.attempt == m.attempt));
    check_equal(m.state, back.state);
    BOOST_TEST(wire.payload.size() <= (std::size_t{1} << 20));
  }
}

BOOST_AUTO_TEST_CASE(a_snapshot_that_goes_as_bulk_is_not_copied) {
  const auto m = full_state(100'000, 10);
  encoded_message wire;
  BOOST_TEST(through(m, wire).state.snapshot.data() == m.state.snapshot.data());
}

BOOST_AUTO_TEST_CASE(states_that_contradict_themselves_are_refused) {
  BOOST_TEST(!refused([](actor_state&) {}));
  BOOST_TEST(
      refused([](actor_state& s) { s.sending[0].half.kept[0].sequence = 5; }));
  BOOST_TEST(refused([](actor_state& s) { s.sending[0].half.next = 9; }));
  BOOST_TEST(refused([](actor_state& s) { s.sending[1].half.next = 0; }));
  BOOST_TEST(refused([](actor_state& s) { s.receiving[0].half.handled = 5; }));
  BOOST_TEST(
      refused([](actor_state& s) { s.receiving[0].half.delivered = 6; }));
  BOOST_TEST(refused([](actor_state& s) {
    std::swap(s.receiving[0].half.early[0], s.receiving[0].half.early[1]);
  }));
  BOOST_TEST(refused(
      [](actor_state& s) { s.mailbox[0].what = static_cast<mail::kind>(7); }));
}

BOOST_AUTO_TEST_CASE(a_kind_of_somebody_else_is_not_read) {
  const auto m = decode_mobile(message_kind::have, {}, {}, {});
  BOOST_REQUIRE(!m);
  BOOST_TEST(m.error().what == "not a message about actors");
  BOOST_TEST(!is_mobile(message_kind::have));
}

BOOST_AUTO_TEST_CASE(every_beginning_of_a_message_is_an_error_or_a_message) {
  encoded_message wire;
  encode(full_state(100, 10), wire);
  std::size_t read = 0;
  for (std::size_t n = 0; n < wire.payload.size(); ++n)
    read += decode_mobile(wire.kind, wire.head,
                          std::span(wire.payload).first(n), {})
                .has_value();
  BOOST_TEST(read == 0u);
}

BOOST_AUTO_TEST_CASE(a_census_survives) {
  const view_id v{{7}, 8};
  const auto r = through(census_report{v, 9, {{a, 1}, {b, 2}}, {b}});
  BOOST_TEST((r.view == v && r.births == 9u && r.here.size() == 2u
              && r.here[1] == census_entry{b, 2} && r.ended == std::vector{b}));
  BOOST_TEST((through(census_taken{v}).view == v));
  const auto q = through(census_query{v, 3, {a, b}});
  BOOST_TEST((q.view == v && q.number == 3u && q.actors == std::vector{a, b}));
  const auto l = through(census_answer{v, 3, {b}});
  BOOST_TEST((l.view == v && l.number == 3u && l.lost == std::vector{b}));
}

BOOST_AUTO_TEST_SUITE_END()
