#pragma once

#include "actors/actor_id.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

namespace tern {

/// How much room an actor has at its receivers, at least. Its own messages
/// alone take room, so what was true once, less what it has sent since, is a
/// lower bound; the machine is asked only when that is used up. Mostly nothing
/// is written down: who has few messages on their way has room everywhere. For
/// one thread at a time.
class room_book {
public:
  struct page {
    std::size_t left = 0;
    std::uint64_t asked = 0; ///< during this job; 0: never
  };

  /// The handlers of a job begin, or others who send in somebody's name. They
  /// may send `free` messages to whomever they like.
  void begin(std::size_t free) {
    free_ = free;
    if (pages_.size() > most_pages)
      pages_.clear(); // not while handlers run: they count on them
    last_ = nullptr;
    ++job_;
  }
  std::uint64_t job() const noexcept {
    return job_;
  }

  /// One message to `to`; false: no room is known of.
  bool take(const actor_id& to) {
    if (free_ > 0) {
      --free_;
      outdated_ = true; // what was written down is too much then
      return true;
    }
    auto& there = (*this)[to];
    if (there.left == 0)
      return false;
    --there.left;
    return true;
  }

  page& operator[](const actor_id& to) {
    if (std::exchange(outdated_, false)) {
      pages_.clear();
      last_ = nullptr;
    }
    if (last_ && last_to_ == to)
      return *last_;
    last_to_ = to;
    last_ = &pages_[to];
    return *last_;
  }

private:
  static constexpr std::size_t most_pages = 1024;

  std::unordered_map<actor_id, page> pages_;
  actor_id last_to_;
  page* last_ = nullptr;
  std::uint64_t job_ = 0;
  std::size_t free_ = 0;
  bool outdated_ = false;
};

} // namespace tern
