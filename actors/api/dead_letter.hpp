#pragma once

#include "actors/actor_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tern {

/// What becomes of a message that finds no room at its receiver: that has as
/// many as its window holds from this sender, and has not handled them.
/// What an actor system sends for itself, answers and requests always wait.
enum class overflow : std::uint8_t {
  wait,        ///< with its sender, unless too many do: then as `error`
  drop_oldest, ///< the same, but that too many make the oldest one go
  error,       ///< not sent: `actor_error`, `refused`
};

/// A class says so as `when_full` and `most_waiting`.
struct overflow_policy {
  overflow what = overflow::wait;
  std::size_t limit = 65'536; ///< messages that wait, to one receiver
};

/// Messages that nobody will handle.
struct dead_letter {
  enum class reason : std::uint8_t {
    dropped,    ///< others came, and no room: `overflow::drop_oldest`
    refused,    ///< no room; who sent it was told
    gone,       ///< the receiver has ended, or its node died
    unreadable, ///< the receiver's class does not know it, or an older one
  };
  reason why = reason::dropped;
  actor_id from;
  actor_id to;
  /// Of a class that was added. Empty: nobody knows any more, as of messages
  /// that were on their way; they, too, may have been handled if a node died.
  std::string message;
  std::uint64_t count = 1;
};

std::string to_string(dead_letter::reason why);

} // namespace tern
