#include "actors/channel.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace tern;

namespace {

using verdict = receiving_half::verdict;

channel_options small() {
  channel_options o;
  o.window = 4;
  o.burst = 2;
  o.resend = std::chrono::milliseconds(10);
  o.resend_limit = std::chrono::milliseconds(35);
  o.nudge = std::chrono::milliseconds(1);
  return o;
}

buffer text(const std::string& s) {
  return buffer::copy(std::as_bytes(std::span(s)));
}

std::string text(const buffer& b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}

verdict accept(receiving_half& r, std::uint64_t sequence) {
  channel_message m{sequence, 0, 0, text(std::to_string(sequence))};
  return r.accept(m, small());
}

double ms(const std::optional<duration>& d) {
  return d ? std::chrono::duration<double, std::milli>(*d).count() : -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(channels)

BOOST_AUTO_TEST_CASE(a_sender_numbers_and_keeps_until_handled) {
  sending_half s(1);
  const auto o = small();
  BOOST_TEST(s.drained());
  for (std::uint64_t i = 1; i <= 4; ++i) {
    BOOST_TEST(s.room(o) == 5 - i);
    BOOST_TEST(s.push(0, text("m")).sequence == i);
  }
  BOOST_TEST(s.room(o) == 0u);
  BOOST_TEST(s.acknowledge(2));
  BOOST_TEST(s.room(o) == 2u);
  BOOST_TEST(s.kept().front().sequence == 3u);
  BOOST_TEST(s.acknowledge(4));
  BOOST_TEST(s.drained());
}

BOOST_AUTO_TEST_CASE(acks_that_are_old_or_of_the_future_change_nothing) {
  sending_half s(1);
  for (int i = 0; i < 3; ++i)
    s.push(0, {});
  BOOST_TEST(s.acknowledge(2));
  BOOST_TEST(!s.acknowledge(2));
  BOOST_TEST(!s.acknowledge(1));
  BOOST_TEST(!s.acknowledge(0));
  BOOST_TEST(!s.acknowledge(4));
  BOOST_TEST(s.kept().size() == 1u);
}

BOOST_AUTO_TEST_CASE(room_is_told_once_when_half_the_window_is_free) {
  const auto o = small();
  sending_half s(1);
  for (int i = 0; i < 4; ++i)
    s.push(0, {});
  BOOST_TEST(!s.take_room(o)); // nobody asked
  s.want_room();
  s.acknowledge(1);
  BOOST_TEST(!s.take_room(o));
  s.acknowledge(2);
  BOOST_TEST(s.take_room(o));
  BOOST_TEST(!s.take_room(o));
}

BOOST_AUTO_TEST_CASE(the_timer_backs_off_while_nothing_is_acknowledged) {
  const auto o = small();
  sending_half s(1);
  BOOST_TEST(ms(s.arm(o)) == -1); // nothing to wait for
  for (int i = 0; i < 3; ++i)
    s.push(0, {});
  BOOST_TEST(ms(s.arm(o)) == 10);
  BOOST_TEST(ms(s.arm(o)) == -1); // armed already
  auto t = s.on_timer(s.generation(), o);
  BOOST_TEST(t.resend == 1u);
  BOOST_TEST(!t.lost_sight);
  BOOST_TEST(ms(s.arm(o)) == 20);
  t = s.on_timer(s.generation(), o);
  BOOST_TEST(t.lost_sight);
  BOOST_TEST(ms(s.arm(o)) == 35); // the limit
  s.acknowledge(2);               // more than was sent again
  t = s.on_timer(s.generation(), o);
  BOOST_TEST(t.resend == 0u); // there was progress
  BOOST_TEST(ms(s.arm(o)) == 10);
}

BOOST_AUTO_TEST_CASE(who_handles_just_what_was_sent_again_gets_more_of_it) {
  auto o = small();
  o.burst = 4;
  o.window = 20;
  sending_half s{1};
  for (int i = 0; i < 20; ++i)
    s.push(0, {});
  std::uint64_t handled = 0;
  for (const std::size_t expected : {1, 2, 4, 4, 4, 4}) {
    s.arm(o);
    const auto t = s.on_timer(s.generation(), o);
    BOOST_TEST(t.resend == expected);
    s.arm(o);
    s.acknowledge(handled += t.resend);
  }
  BOOST_TEST(s.kept().size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_timer_of_the_past_does_nothing) {
  const auto o = small();
  sending_half s(1);
  s.push(0, {});
  BOOST_REQUIRE(s.arm(o));
  const auto old = s.generation();
  BOOST_TEST(ms(s.hurry(o)) == 1);
  BOOST_TEST(s.on_timer(old, o).resend == 0u);
  BOOST_TEST(s.on_timer(s.generation(), o).resend == 1u);
  BOOST_TEST(s.on_timer(s.generation(), o).resend == 0u); // it fired
}

BOOST_AUTO_TEST_CASE(being_told_of_drops_hurries_and_then_backs_off_too) {
  const auto o = small();
  sending_half s(1);
  s.push(0, {});
  for (const double expected : {1., 2., 4., 8., 16., 32., 35., 35.}) {
    BOOST_TEST(ms(s.hurry(o)) == expected);
    BOOST_TEST(ms(s.hurry(o)) == -1); // one at a time
    BOOST_TEST(s.on_timer(s.generation(), o).resend == 1u);
  }
  s.acknowledge(1);
  BOOST_TEST(ms(s.hurry(o)) == -1);
  s.push(0, {});
  BOOST_TEST(ms(s.hurry(o)) == 1);
}

BOOST_AUTO_TEST_CASE(a_frozen_owner_disarms_and_arms_anew) {
  const auto o = small();
  sending_half s(1);
  s.push(0, {});
  BOOST_REQUIRE(s.arm(o));
  const auto old = s.generation();
  s.disarm();
  BOOST_TEST(ms(s.arm(o)) == 10);
  BOOST_TEST(s.on_timer(old, o).resend == 0u);
}

BOOST_AUTO_TEST_CASE(a_sending_half_travels_whole) {
  sending_half s(7);
  for (int i = 1; i <= 4; ++i)
    s.push(static_cast<std::uint64_t>(i), text(std::to_string(i)));
  s.acknowledge(2);
  s.want_room();
  sending_half there(s.save());
  BOOST_TEST(there.number() == 7u);
  BOOST_TEST(there.kept().size() == 2u);
  BOOST_TEST(there.kept()[0].sequence == 3u);
  BOOST_TEST(there.kept()[0].cause == 3u);
  BOOST_TEST(text(there.kept()[0].payload) == "3");
  BOOST_TEST(there.push(0, {}).sequence == 5u);
  BOOST_TEST(!there.acknowledge(2));
  BOOST_TEST(there.acknowledge(5));
  BOOST_TEST(there.take_room(small()));
  sending_half drained(there.save());
  BOOST_TEST(!drained.acknowledge(5));
  BOOST_TEST(drained.push(0, {}).sequence == 6u);
}

BOOST_AUTO_TEST_CASE(a_receiver_orders_and_drops_what_came_twice) {
  receiving_half r(1);
  BOOST_TEST((accept(r, 2) == verdict::early));
  BOOST_TEST((accept(r, 2) == verdict::duplicate));
  BOOST_TEST((accept(r, 4) == verdict::early));
  BOOST_TEST((accept(r, 1) == verdict::deliver));
  auto next = r.take_next();
  BOOST_REQUIRE(next);
  BOOST_TEST(next->sequence == 2u);
  BOOST_TEST(text(next->payload) == "2");
  BOOST_TEST(!r.take_next());
  BOOST_TEST((accept(r, 1) == verdict::duplicate));
  BOOST_TEST((accept(r, 2) == verdict::duplicate));
  r.on_handled(1);
  BOOST_TEST((accept(r, 1) == verdict::handled));
  BOOST_TEST((accept(r, 3) == verdict::deliver));
  BOOST_TEST(r.take_next()->sequence == 4u);
}

BOOST_AUTO_TEST_CASE(a_receiver_takes_no_more_than_its_window) {
  receiving_half r(1);
  BOOST_TEST((accept(r, 5) == verdict::beyond));
  BOOST_TEST((accept(r, std::uint64_t(-1)) == verdict::beyond));
  BOOST_TEST((accept(r, 4) == verdict::early));
  BOOST_TEST((accept(r, 1) == verdict::deliver));
  BOOST_TEST((accept(r, 5) == verdict::beyond)); // delivered is not handled
  r.on_handled(1);
  BOOST_TEST((accept(r, 5) == verdict::early));
  BOOST_TEST((accept(r, 0) == verdict::handled)); // no honest sender's
}

BOOST_AUTO_TEST_CASE(an_ack_is_due_once_for_many_messages) {
  receiving_half r(1);
  for (std::uint64_t i = 1; i <= 3; ++i)
    accept(r, i);
  BOOST_TEST(!r.take_due());
  BOOST_TEST(r.on_handled(1));
  BOOST_TEST(!r.on_handled(2)); // is due already
  BOOST_TEST(r.handled() == 2u);
  BOOST_TEST(r.take_due());
  BOOST_TEST(!r.take_due());
  BOOST_TEST(r.on_handled(3));
}

BOOST_AUTO_TEST_CASE(a_receiving_half_travels_whole) {
  receiving_half r(9);
  for (const std::uint64_t i : {1, 2, 4})
    accept(r, i);
  r.on_handled(1);
  receiving_half there(r.save());
  BOOST_TEST(there.number() == 9u);
  BOOST_TEST((accept(there, 1) == verdict::handled));
  BOOST_TEST((accept(there, 2) == verdict::duplicate));
  BOOST_TEST((accept(there, 4) == verdict::duplicate));
  BOOST_TEST((accept(there, 3) == verdict::deliver));
  BOOST_TEST(text(there.take_next()->payload) == "4");
}

BOOST_AUTO_TEST_SUITE_END()
