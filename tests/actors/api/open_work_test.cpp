#include "actors/api/open_work.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace std::chrono_literals;

namespace {

const actor_id a = actor_id::stateful({1}, 1);
const actor_id b = actor_id::stateful({1}, 2);

std::vector<std::byte> word(int n) {
  return to_bytes(n);
}

open_work through_bytes(const open_work& work, open_work::time then,
                        open_work::time now) {
  std::vector<std::byte> bytes;
  archive_writer to{bytes};
  work.save(to, then);
  open_work back;
  archive_reader from{bytes};
  back.load(from, now);
  BOOST_TEST(from.failed() == "");
  BOOST_TEST(from.left().empty());
  return back;
}

} // namespace

BOOST_AUTO_TEST_SUITE(open_works)

BOOST_AUTO_TEST_CASE(a_request_is_answered_once) {
  open_work w;
  const auto n = w.open({a, {3, word(1)}, 10s});
  const auto then = w.close(n);
  BOOST_REQUIRE(then.has_value());
  BOOST_TEST(then->member == 3);
  BOOST_TEST(!w.close(n).has_value());
  BOOST_TEST(!w.next_due().has_value());
}

BOOST_AUTO_TEST_CASE(the_last_continuation_is_the_highest_that_is_open) {
  open_work w;
  BOOST_TEST(w.last_continuation() == -1);
  w.open({a, {-1, {}}, 9s});
  BOOST_TEST(w.last_continuation() == -1);
  const auto n = w.open({a, {4, {}}, 9s});
  w.open({b, {2, {}}, 9s});
  BOOST_TEST(w.last_continuation() == 4);
  w.close(n);
  BOOST_TEST(w.last_continuation() == 2);
}

BOOST_AUTO_TEST_CASE(what_is_due_comes_in_order_of_time) {
  open_work w;
  w.add(3s, {a, word(3)});
  w.add(1s, {a, word(1)});
  const auto n = w.open({a, {0, {}}, 2s});
  BOOST_TEST((w.next_due() == open_work::time{1s}));
  const auto due = w.take_due(2s);
  BOOST_REQUIRE(due.messages.size() == 1u);
  BOOST_TEST((due.messages[0].payload == word(1)));
  BOOST_TEST(due.expired.size() == 1u);
  BOOST_TEST(!w.close(n).has_value()); // too late
  BOOST_TEST((w.next_due() == open_work::time{3s}));
}

BOOST_AUTO_TEST_CASE(the_end_of_an_actor_closes_the_requests_to_it) {
  open_work w;
  w.open({a, {1, {}}, 9s});
  const auto other = w.open({b, {2, {}}, 9s});
  w.open({a, {3, {}}, 9s});
  BOOST_TEST(w.close_all(a).size() == 2u);
  BOOST_TEST(w.close(other).has_value());
}

BOOST_AUTO_TEST_CASE(the_oldest_that_may_go_is_dropped) {
  open_work w;
  const auto may_go = [](std::span<const std::byte> payload) {
    return from_bytes<int>(payload).value_or(0) > 1;
  };
  BOOST_TEST(!w.drop_oldest(a, may_go).has_value());
  for (int n = 1; n <= 3; ++n)
    BOOST_TEST(w.wait_for_room(a, word(n), 3));
  BOOST_TEST(!w.wait_for_room(a, word(4), 3));
  BOOST_TEST((w.drop_oldest(a, may_go) == word(2)));
  BOOST_TEST((w.drop_oldest(a, may_go) == word(3)));
  BOOST_TEST(!w.drop_oldest(a, may_go).has_value());
  BOOST_TEST(w.waiting() == 1u);
  BOOST_TEST(w.drop_waiting(a).size() == 1u);
  BOOST_TEST(w.waiting() == 0u);
  BOOST_TEST(!w.wait_for_room(a, word(1), 0));
  BOOST_TEST(!w.waits_for_room(a));
}

BOOST_AUTO_TEST_CASE(what_waits_for_room_keeps_its_order) {
  open_work w;
  BOOST_TEST(w.wait_for_room(a, word(1)));
  BOOST_TEST(w.wait_for_room(a, word(2)));
  BOOST_TEST((*w.next_waiting(a) == word(1)));
  w.sent(a);
  BOOST_TEST((*w.next_waiting(a) == word(2)));
  w.sent(a);
  BOOST_TEST(!w.waits_for_room(a));
  for (std::size_t i = 0; i < open_work::most_waiting; ++i)
    BOOST_REQUIRE(w.wait_for_room(b, {}));
  BOOST_TEST(!w.wait_for_room(b, {}));
}

// A clock differs from node to node: what is left of the time travels.
BOOST_AUTO_TEST_CASE(all_of_it_travels) {
  open_work w;
  const auto n = w.open({a, {4, word(7)}, 105s});
  w.add(103s, {b, word(8)});
  w.wait_for_room(a, word(9));
  w.watchers.insert(b);
  w.watched.insert(a);
  w.links.add(b);
  w.parent = a;
  w.born = buffer::copy(word(10));
  w.restarts.failed({.first = 4s}, 100s);
  auto back = through_bytes(w, 100s, 1000s);
  BOOST_TEST((back.next_due() == open_work::time{1003s}));
  BOOST_TEST(back.take_due(1004s).messages.size() == 1u);
  BOOST_TEST((back.next_due() == open_work::time{1005s}));
  const auto then = back.close(n);
  BOOST_REQUIRE(then.has_value());
  BOOST_TEST((then->bound == word(7)));
  BOOST_TEST((*back.next_waiting(a) == word(9)));
  BOOST_TEST(back.watchers.contains(b));
  BOOST_TEST(back.watched.contains(a));
  BOOST_TEST(back.links.has(b));
  BOOST_TEST((back.parent == a));
  BOOST_TEST((std::ranges::equal(back.born.bytes(), word(10))));
  BOOST_TEST((back.restarts.due() == open_work::time{1004s}));
  BOOST_TEST(back.open({a, {}, 1s}) == n + 1);
}

BOOST_AUTO_TEST_CASE(cut_bytes_are_refused) {
  open_work w;
  w.open({a, {4, word(7)}, 105s});
  w.wait_for_room(a, word(9));
  std::vector<std::byte> bytes;
  archive_writer to{bytes};
  w.save(to, 0s);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    archive_reader from{std::span{bytes}.first(n)};
    open_work back;
    back.load(from, 0s);
    BOOST_TEST(!from.failed().empty());
  }
}

BOOST_AUTO_TEST_SUITE_END()
