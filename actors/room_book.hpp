#pragma once

#include "actors/actor_id.hpp"

#include <cstddef>
#include <cstdint>
#include <unordered_map>

namespace tern {

/// How much room an actor has at its receivers, at least. Its own messages
/// alone take room, so what was true once, less what it has sent since, is a
/// lower bound; the machine is asked only when that is used up. For one thread
/// at a time.
class room_book {
public:
  struct page {
    std::size_t left = 0;
    std::uint64_t asked = 0; ///< during this handler; 0: never
  };

  /// A handler begins. Returns its number.
  std::uint64_t begin() {
    if (pages_.size() > most_pages)
      pages_.clear(); // not while a handler runs: it counts on them
    last_ = nullptr;
    return ++handler_;
  }

  page& operator[](const actor_id& to) {
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
  std::uint64_t handler_ = 0;
};

} // namespace tern
