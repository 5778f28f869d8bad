#pragma once

#include "actors/mobility_event.hpp"
#include "actors/patient_mutex.hpp"
#include "actors/room_book.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

namespace tern {

/// What the machine shall hear of births and of messages from outside of
/// handlers, in the order in which they were said. Who says something puts it
/// down here and goes on; who is at the machine next takes all of it along, so
/// that neither waits for the other ("flat combining": Hendler, Incze, Shavit
/// and Tzafrir, SPAA 2010). Any thread.
class post_box {
public:
  using post = std::variant<mobility_event::posted, mobility_event::spawned>;

  bool empty() const noexcept {
    return !has_some_.load(std::memory_order_relaxed);
  }

  /// Puts down a message of the one sender that this box keeps account of.
  /// False, and `payload` is untouched: the machine has to be asked whether
  /// there is room.
  bool send(const actor_id& from, const actor_id& to, buffer& payload) {
    std::lock_guard guard{mutex_};
    if (!rooms_.take(to))
      return false;
    add(mobility_event::posted{from, {to, 0, std::move(payload)}});
    return true;
  }

  /// What `make` gives: nobody else puts anything down meanwhile.
  template <class Make>
  void put(Make&& make) {
    std::lock_guard guard{mutex_};
    add(make());
  }

  /// For who is at the machine: everything, into `all`, which is empty. To
  /// whomever it likes, the sender may have `free` messages on their way beyond
  /// those that the machine knows.
  void take(std::vector<post>& all, std::size_t free) {
    std::lock_guard guard{mutex_};
    rooms_.begin(free > posts_.size() ? free - posts_.size() : 0);
    posts_.swap(all);
    has_some_.store(false, std::memory_order_relaxed);
  }

  /// The machine knows of room for so many messages to `to`, after all that was
  /// taken from here.
  void note_room(const actor_id& to, std::size_t room) {
    std::lock_guard guard{mutex_};
    const auto waiting = static_cast<std::size_t>(
        std::ranges::count_if(posts_, [&](const post& p) {
          const auto* m = std::get_if<mobility_event::posted>(&p);
          return m && m->message.to == to;
        }));
    rooms_[to].left = room > waiting ? room - waiting : 0;
  }

private:
  template <class Event>
  void add(Event e) {
    posts_.emplace_back(std::move(e));
    if (posts_.size() == 1)
      has_some_.store(true, std::memory_order_relaxed);
  }

  // Apart from the rest, which changes with each post: everybody looks at it.
  alignas(64) std::atomic<bool> has_some_{false};
  alignas(64) patient_mutex mutex_;
  std::vector<post> posts_;
  room_book rooms_;
};

} // namespace tern
