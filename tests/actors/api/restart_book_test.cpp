#include "actors/api/restart_book.hpp"

#include <boost/test/unit_test.hpp>

using namespace tern;
using namespace std::chrono_literals;

namespace {

using time_point = restart_book::time;

constexpr supervision::restart often{
    .times = 4, .within = 10s, .first = 100ms, .most = 350ms};

/// How long it waits after a failure at that time.
time_point wait_after(restart_book& book, time_point now) {
  BOOST_REQUIRE(book.failed(often, now));
  const auto wait = book.due().value() - now;
  book.done();
  return wait;
}

} // namespace

BOOST_AUTO_TEST_SUITE(restart_books)

BOOST_AUTO_TEST_CASE(each_wait_is_twice_the_last_one_up_to_the_most) {
  restart_book book;
  BOOST_TEST(!book.due().has_value());
  BOOST_TEST((wait_after(book, 1s) == 100ms));
  BOOST_TEST((wait_after(book, 2s) == 200ms));
  BOOST_TEST((wait_after(book, 3s) == 350ms));
  BOOST_TEST((wait_after(book, 4s) == 350ms));
  BOOST_TEST(!book.failed(often, 5s)); // the fifth
  BOOST_TEST(!book.due().has_value());
}

BOOST_AUTO_TEST_CASE(what_is_long_ago_counts_no_more) {
  restart_book book;
  for (int i = 0; i < 4; ++i)
    wait_after(book, 1s * i);
  BOOST_TEST(!book.failed(often, 9999ms));
  BOOST_TEST((wait_after(book, 10s) == 350ms)); // the first one is out
  BOOST_TEST((wait_after(book, 60s) == 100ms)); // all of them are
}

BOOST_AUTO_TEST_CASE(a_wait_may_be_none_or_as_long_as_time_goes) {
  restart_book book;
  supervision::restart at_once{.times = 99, .first = 0s};
  for (int i = 0; i < 9; ++i)
    BOOST_TEST(book.failed(at_once, 5s));
  BOOST_TEST((book.due() == time_point{5s}));
  constexpr auto ever = std::chrono::nanoseconds::max();
  supervision::restart slow{
      .times = 99, .within = ever, .first = ever / 2, .most = ever};
  BOOST_TEST(book.failed(slow, 5s));
  BOOST_TEST(book.failed(slow, 5s));
  BOOST_TEST((*book.due() > 24h * 365));
}

// A clock differs from node to node.
BOOST_AUTO_TEST_CASE(it_travels) {
  restart_book book;
  wait_after(book, 100s);
  BOOST_REQUIRE(book.failed(often, 103s));
  book.arrived = true;
  std::vector<std::byte> bytes;
  archive_writer to{bytes};
  book.save(to, 103s + 50ms);
  archive_reader from{bytes};
  restart_book back;
  back.load(from, 1000s);
  BOOST_TEST(from.failed() == "");
  BOOST_TEST(from.left().empty());
  BOOST_TEST(back.arrived);
  BOOST_TEST((back.due() == time_point{1000s + 150ms}));
  back.done();
  BOOST_TEST((wait_after(back, 1001s) == 350ms)); // the third
  BOOST_TEST((wait_after(back, 1007s) == 350ms)); // the first is 10 s ago
  BOOST_TEST(back.failed(often, 1007s));
  BOOST_TEST(!back.failed(often, 1007s));
}

BOOST_AUTO_TEST_SUITE_END()
