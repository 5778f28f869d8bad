#include "actors/timer_book.hpp"

#include <boost/test/unit_test.hpp>

using tern::mobility_timer;
using tern::timer_book;
using namespace std::chrono_literals;

namespace {

mobility_timer number(std::uint64_t n) {
  mobility_timer t;
  t.number = n;
  return t;
}

std::vector<std::uint64_t> due_at(timer_book& book, timer_book::time now) {
  std::vector<std::uint64_t> all;
  for (bool more = true; more;) {
    std::vector<mobility_timer> some;
    more = book.take_due(now, some);
    for (auto& t : some)
      all.push_back(t.number);
  }
  return all;
}

} // namespace

BOOST_AUTO_TEST_SUITE(timer_books)

BOOST_AUTO_TEST_CASE(one_call_is_asked_for_the_earliest) {
  timer_book book{50ms};
  BOOST_TEST((book.add(number(1), 50ms, 0ms) == 50ms));
  BOOST_TEST((book.add(number(2), 50ms, 1ms) == timer_book::never));
  BOOST_TEST((book.add(number(3), 1ms, 2ms) == 3ms));
  BOOST_TEST((due_at(book, 3ms) == std::vector<std::uint64_t>{3}));
  BOOST_TEST((book.next_call(3ms) == 50ms));
}

BOOST_AUTO_TEST_CASE(those_of_the_common_delay_come_in_bulk) {
  timer_book book{50ms};
  for (std::uint64_t i = 1; i <= 200; ++i)
    book.add(number(i), 50ms, i * 10us);
  const auto first = due_at(book, 51ms);
  BOOST_TEST(first.size() == 100u);
  BOOST_TEST(first.front() == 1u);
  BOOST_TEST((book.next_call(51ms) == 51ms + timer_book::slack));
  BOOST_TEST(due_at(book, 51ms + timer_book::slack).size() == 100u);
  BOOST_TEST((book.next_call(56ms) == timer_book::never));
}

// The call for what was added first still comes.
BOOST_AUTO_TEST_CASE(an_overtaken_call_asks_for_no_other) {
  timer_book book{50ms};
  book.add(number(1), 50ms, 0ms);
  book.add(number(2), 1ms, 0ms);
  due_at(book, 1ms);
  BOOST_TEST((book.next_call(1ms) == 50ms));
  book.add(number(3), 2ms, 1ms);
  BOOST_TEST((book.next_call(2ms) == timer_book::never));
}

BOOST_AUTO_TEST_SUITE_END()
