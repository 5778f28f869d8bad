#include "actors/post_box.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <map>
#include <thread>
#include <vector>

using namespace tern;

namespace {

const actor_id self = actor_id::service({1}, 5);

actor_id receiver(std::uint64_t n) {
  return actor_id::stateful({1}, n);
}

bool send(post_box& box, std::uint64_t to) {
  buffer nothing;
  return box.send(self, receiver(to), nothing);
}

std::vector<post_box::post> take(post_box& box, std::size_t free) {
  std::vector<post_box::post> all;
  box.take(all, free);
  return all;
}

const actor_id& receiver_of(const post_box::post& p) {
  return std::get<mobility_event::posted>(p).message.to;
}

} // namespace

BOOST_TEST_DONT_PRINT_LOG_VALUE(actor_id)

BOOST_AUTO_TEST_SUITE(post_boxes)

BOOST_AUTO_TEST_CASE(keeps_what_was_put_down_in_order) {
  post_box box;
  BOOST_TEST(box.empty());
  take(box, 10);
  box.put([] { return mobility_event::spawned{receiver(1), "a", false, 0}; });
  BOOST_TEST(send(box, 1));
  BOOST_TEST(send(box, 2));
  BOOST_TEST(!box.empty());
  const auto all = take(box, 10);
  BOOST_TEST(box.empty());
  BOOST_TEST(all.size() == 3u);
  BOOST_TEST(std::get<mobility_event::spawned>(all[0]).actor == receiver(1));
  BOOST_TEST(receiver_of(all[1]) == receiver(1));
  BOOST_TEST(receiver_of(all[2]) == receiver(2));
}

BOOST_AUTO_TEST_CASE(knows_of_no_room_but_what_it_was_told) {
  post_box box;
  BOOST_TEST(!send(box, 1)); // the machine has not been asked
  take(box, 2);
  BOOST_TEST(send(box, 1));
  BOOST_TEST(send(box, 2));
  BOOST_TEST(!send(box, 1));
  take(box, 2); // two that the machine has not counted yet
  BOOST_TEST(!send(box, 1));
  box.note_room(receiver(1), 1);
  BOOST_TEST(send(box, 1));
  BOOST_TEST(!send(box, 1));
  box.note_room(receiver(1), 1); // for the one that lies here
  BOOST_TEST(!send(box, 1));
  BOOST_TEST(!send(box, 2));
}

// Who sends freely may use up room that was written down before.
BOOST_AUTO_TEST_CASE(what_was_sent_freely_counts) {
  post_box box;
  box.note_room(receiver(1), 2);
  take(box, 1);
  BOOST_TEST(send(box, 1));
  BOOST_TEST(!send(box, 1)); // perhaps there is, but that is for the machine
  box.note_room(receiver(1), 2);
  BOOST_TEST(send(box, 1));
  BOOST_TEST(!send(box, 1));
}

// Threads that send, one that stands for the machine, and its window.
BOOST_AUTO_TEST_CASE(no_channel_gets_more_than_it_has_room_for) {
  constexpr std::size_t window = 8;
  constexpr std::uint64_t receivers = 3;
  constexpr std::size_t each = 20'000;
  post_box box;
  std::mutex machine;
  std::map<actor_id, std::size_t> kept;
  std::size_t all_kept = 0;
  std::size_t most = 0;
  std::size_t came = 0;
  const auto take_all = [&] { // at the machine
    std::vector<post_box::post> all;
    box.take(all, window > all_kept ? window - all_kept : 0);
    for (const auto& p : all) {
      most = std::max(most, ++kept[receiver_of(p)]);
      ++all_kept;
      ++came;
    }
  };
  const auto sender = [&](std::uint64_t seed) {
    for (std::size_t i = 0; i < each; ++i) {
      const auto to = receiver(1 + (seed + i * i) % receivers);
      for (buffer nothing; !box.send(self, to, nothing);) {
        std::lock_guard guard{machine};
        take_all();
        box.note_room(to, window - kept[to]);
        if (kept[to] == window) { // handled meanwhile
          all_kept -= kept[to];
          kept[to] = 0;
        }
      }
    }
  };
  std::thread one{sender, 1};
  std::thread two{sender, 2};
  one.join();
  two.join();
  take_all();
  BOOST_TEST(came == 2 * each);
  BOOST_TEST(most <= window);
}

BOOST_AUTO_TEST_SUITE_END()
