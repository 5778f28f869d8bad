#pragma once

#include "actors/actor_id.hpp"
#include "serialization/archive.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace tern {

/// With whom an actor ends together. Travels with it.
///
/// Both sides have the other one in their books. Messages of the two may cross,
/// so links are numbered by who makes them: an `unlink` says which link of the
/// other side it has seen, and undoes no later one. So the two books agree when
/// all has arrived.
class link_book {
public:
  bool has(const actor_id& other) const {
    return find(other) != links_.end();
  }

  /// This side links: the number to say, before `add`.
  std::uint64_t next() const noexcept {
    return last_ + 1;
  }
  void add(const actor_id& other);
  /// The other side does. True: that is new, and it hears `linked`.
  bool heard_link(const actor_id& other, std::uint64_t number);

  /// The number to say with `unlink`; none: they are not linked.
  std::optional<std::uint64_t> seen(const actor_id& other) const;
  /// This side unlinks, or the other one has ended. Whether they were linked.
  bool drop(const actor_id& other) {
    return std::erase_if(links_, [&](auto& l) { return l.other == other; }) > 0;
  }
  void heard_unlink(const actor_id& other, std::uint64_t seen);

  /// All of them, for this side ends.
  std::vector<actor_id> take_all();

  void save(archive_writer& to) const;
  void load(archive_reader& from);

private:
  struct one {
    actor_id other;
    std::uint64_t made = 0;  ///< this side's number; 0: it made none
    std::uint64_t heard = 0; ///< the other side's
  };
  std::vector<one>::const_iterator find(const actor_id& other) const {
    return std::ranges::find(links_, other, &one::other);
  }
  one& at(const actor_id& other);

  std::uint64_t last_ = 0; ///< never used again
  std::vector<one> links_; ///< few, mostly none
};

} // namespace tern
