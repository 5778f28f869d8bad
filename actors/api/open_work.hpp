#pragma once

#include "actors/actor_id.hpp"
#include "actors/api/link_book.hpp"
#include "actors/api/restart_book.hpp"
#include "serialization/archive.hpp"
#include "serialization/buffer.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// No wait is longer than ten years, so that times do not overflow.
constexpr std::chrono::nanoseconds bounded(std::chrono::nanoseconds d) {
  constexpr std::chrono::nanoseconds most = std::chrono::hours(24 * 365 * 10);
  return std::clamp(d, -most, most);
}

/// What an actor has begun and not ended: requests without an answer, messages
/// for later, messages that found no room, who watches whom, who ends with
/// whom, and what it is made anew from. A value that travels with its actor;
/// times are points of a steady clock here, and what is left until then on the
/// way.
///
/// Pure: the time is handed in. Not for what the actor itself remembers.
class open_work {
public:
  using time = std::chrono::nanoseconds;

  /// A member of the actor that takes an answer, with the arguments it was
  /// given when the request was made.
  struct continuation {
    std::int32_t member = -1; ///< of `continuations`; -1: the answer is dropped
    std::vector<std::byte> bound;

    template <class Archive>
    void fields(Archive& a) {
      a(member, bound);
    }
  };
  struct request {
    actor_id to;
    continuation then;
    time deadline{};
    time since{};          ///< for people who ask
    std::uint64_t tag = 0; ///< of the message's type
  };
  struct later {
    actor_id to;
    std::vector<std::byte> payload;
  };
  /// Something whose time has come.
  struct due {
    std::vector<later> messages;
    std::vector<continuation> expired; ///< requests
  };

  /// Messages that wait for room to one receiver; more are refused.
  static constexpr std::size_t most_waiting = 65'536;

  std::uint64_t open(request r);
  /// The continuation of an answer; none: too late, or a second one.
  std::optional<continuation> close(std::uint64_t number);
  /// Those of all requests to an actor that is gone.
  std::vector<continuation> close_all(const actor_id& to);

  const std::map<std::uint64_t, request>& requests() const noexcept {
    return requests_; // by number, so in the order in which they were made
  }

  /// The highest member among them; -1: none.
  std::int32_t last_continuation() const;

  void add(time when, later what);
  due take_due(time now);
  std::optional<time> next_due() const;

  /// False: too many wait already.
  bool wait_for_room(const actor_id& to, std::vector<std::byte> payload,
                     std::size_t limit = most_waiting);
  /// The first one that `may_go`, taken off.
  std::optional<std::vector<std::byte>>
  drop_oldest(const actor_id& to,
              bool (*may_go)(std::span<const std::byte> payload));
  bool waits_for_room(const actor_id& to) const {
    return waiting_.contains(to);
  }
  /// The next message for `to`; `sent` takes it off.
  const std::vector<std::byte>* next_waiting(const actor_id& to) const;
  void sent(const actor_id& to);
  std::deque<std::vector<std::byte>> drop_waiting(const actor_id& to);
  std::vector<actor_id> receivers_waiting() const;
  /// The actor ends: nothing counts but what waits for room.
  void abandon();
  std::size_t waiting() const noexcept {
    return all_waiting_;
  }
  std::size_t waiting_for(const actor_id& to) const {
    const auto queue = waiting_.find(to);
    return queue == waiting_.end() ? 0 : queue->second.size();
  }

  std::set<actor_id> watchers; ///< who is told when this actor ends
  std::set<actor_id> watched;  ///< of whose end this actor is told
  link_book links;
  actor_id parent; ///< who spawned it; null: no actor
  /// Secrets that an actor shares with the actors that it spawned: who says the
  /// right one is a child. 0: there is none.
  std::uint64_t parent_key = 0;
  std::uint64_t child_key = 0;
  restart_book restarts;
  buffer born; ///< its state as it was spawned, for a restart

  void save(archive_writer& to, time now) const;
  void load(archive_reader& from, time now);

private:
  continuation end(std::map<std::uint64_t, request>::iterator r);

  std::uint64_t next_request_ = 1;
  std::map<std::uint64_t, request> requests_;
  std::set<std::pair<time, std::uint64_t>> deadlines_;
  std::multimap<time, later> later_;
  std::map<actor_id, std::deque<std::vector<std::byte>>> waiting_;
  std::size_t all_waiting_ = 0;
};

} // namespace tern
