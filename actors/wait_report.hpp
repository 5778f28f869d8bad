#pragma once

#include "actors/actor_id.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// A request of an actor that has no answer yet.
struct open_wait {
  actor_id to;
  std::string message;  ///< its type's name; empty: not known
  std::uint64_t ns = 0; ///< since it was made
  bool blocks = false;  ///< a handler does nothing else until the answer comes

  template <class Archive>
  void fields(Archive& a) {
    a(to.high, to.low, message, ns, blocks);
  }
  friend bool operator==(const open_wait&, const open_wait&) = default;
};

/// What an actor does at the moment, on the node where it is.
enum class actor_activity : std::uint8_t {
  idle,    ///< nothing: no message waits
  queued,  ///< a message waits for a thread
  running, ///< a handler runs
  resting, ///< no handler runs before it is woken: it is to be made anew
  moving,  ///< no handler runs before the move is over
  ending,  ///< no handler runs any more
};

/// What a node says of an actor that it has: where it is and what it waits for.
struct wait_report {
  actor_id actor;
  node_id node;
  std::string address; ///< HOST:PORT of the node
  std::string type;
  std::uint32_t epoch = 0; ///< of the attempt to move that brought it; 1: born
  node_id came_from;       ///< by its last move; none: not known
  actor_activity activity = actor_activity::idle;
  std::uint64_t mailbox = 0; ///< messages behind the one that is handled
  std::uint64_t ns = 0;      ///< since the handler that runs began, about
  std::uint64_t thread = 0;  ///< the system's number of the one that runs it
  // the last message, the one that is handled if a handler runs
  actor_id sender;             ///< none: there was no message
  std::uint64_t ago = 0;       ///< ns since it was handled, about
  std::uint64_t replies = 0;   ///< messages that its handler sent, to whomever
  std::vector<open_wait> open; ///< the oldest first, the first of them only
  std::uint64_t open_in_all = 0;
  std::vector<actor_id> without_room; ///< receivers that take no more from it

  template <class Archive>
  void fields(Archive& a) {
    a(actor.high, actor.low, node.value, address, type, epoch, came_from.value,
      activity, mailbox, ns, thread, sender.high, sender.low, ago, replies,
      open, open_in_all);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ids;
    for (const auto& id : without_room)
      ids.emplace_back(id.high, id.low);
    a(ids);
    if constexpr (Archive::reads) {
      without_room.clear();
      for (const auto& [high, low] : ids)
        without_room.push_back({high, low});
    }
  }
  friend bool operator==(const wait_report&, const wait_report&) = default;
};

/// Open requests, and receivers without room, that a report names at most.
inline constexpr std::size_t most_reported_waits = 32;

} // namespace tern
