#include "actors/api/link_book.hpp"

#include <boost/test/unit_test.hpp>

#include <deque>
#include <random>

using namespace tern;

namespace {

const actor_id a = actor_id::stateful({1}, 1);
const actor_id b = actor_id::stateful({1}, 2);

struct word {
  bool link = false;
  std::uint64_t number = 0;
};

/// One of two actors, with the words that come to it, in order.
struct side {
  actor_id other;
  link_book book;
  std::deque<word> inbox;
  bool knows_way = false; ///< it said something to the other

  void link(side& to) {
    if (book.has(other))
      return;
    to.inbox.push_back({true, book.next()});
    book.add(other);
    knows_way = true;
  }
  void unlink(side& to) {
    const auto seen = book.seen(other);
    if (!seen)
      return;
    book.drop(other);
    to.inbox.push_back({false, *seen});
  }
  void hear() {
    const auto w = inbox.front();
    inbox.pop_front();
    if (!w.link)
      book.heard_unlink(other, w.number);
    else if (book.heard_link(other, w.number))
      knows_way = true;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(link_books)

BOOST_AUTO_TEST_CASE(a_link_is_in_both_books_and_once) {
  side x{b, {}, {}}, y{a, {}, {}};
  x.link(y);
  x.link(y);
  BOOST_TEST(y.inbox.size() == 1u);
  y.hear();
  BOOST_TEST(y.book.has(a));
  y.link(x);
  BOOST_TEST(x.inbox.empty());
  y.unlink(x);
  x.hear();
  BOOST_TEST(!x.book.has(b));
  x.unlink(y);
  BOOST_TEST(y.inbox.empty());
}

// Found by the next case before links had numbers.
BOOST_AUTO_TEST_CASE(an_unlink_undoes_no_later_link) {
  side x{b, {}, {}}, y{a, {}, {}};
  x.link(y);
  y.hear();
  x.unlink(y);
  y.unlink(x); // they cross
  x.link(y);
  x.hear();
  while (!y.inbox.empty())
    y.hear();
  BOOST_TEST(x.book.has(b));
  BOOST_TEST(y.book.has(a));
}

BOOST_AUTO_TEST_CASE(the_books_agree_when_all_has_arrived) {
  std::mt19937 random{7};
  for (int run = 0; run < 2000; ++run) {
    side x{b, {}, {}}, y{a, {}, {}};
    for (int step = 0; step < 30; ++step) {
      auto& one = random() % 2 ? x : y;
      auto& other = &one == &x ? y : x;
      switch (random() % 3) {
      case 0:
        one.link(other);
        break;
      case 1:
        one.unlink(other);
        break;
      default:
        if (!one.inbox.empty())
          one.hear();
      }
    }
    while (!x.inbox.empty())
      x.hear();
    while (!y.inbox.empty())
      y.hear();
    BOOST_REQUIRE(x.book.has(b) == y.book.has(a));
    BOOST_REQUIRE(!x.book.has(b) || (x.knows_way && y.knows_way));
  }
}

BOOST_AUTO_TEST_CASE(it_travels_with_its_numbers) {
  link_book book;
  book.add(b);
  book.heard_link(b, 4);
  std::vector<std::byte> bytes;
  archive_writer to{bytes};
  book.save(to);
  archive_reader from{bytes};
  link_book back;
  back.load(from);
  BOOST_TEST(from.failed() == "");
  BOOST_TEST(from.left().empty());
  BOOST_TEST(back.next() == 2u);
  BOOST_TEST(back.seen(b).value() == 4u);
  back.heard_unlink(b, 0); // of an earlier link
  BOOST_TEST(back.take_all().size() == 1u);
  BOOST_TEST(!back.has(b));
}

BOOST_AUTO_TEST_SUITE_END()
