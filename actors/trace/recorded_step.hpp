#pragma once

#include "actors/actor_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern {

/// What happened to an actor of a user's class. Numbers are never used again
/// for something else.
enum class step_kind : std::uint8_t {
  state = 0,    ///< what it was, before the next step; no handler runs
  message = 1,  ///< of `peer`
  writable = 2, ///< there is room again at `peer`
  woken = 3,    ///< a time that it waited for has come
  arrived = 4,  ///< it runs on another node now
  down = 5,     ///< `peer` is gone; `number`: so many messages to it are lost
  departs = 6,  ///< it is about to move
  saved = 7,    ///< its state was packed, to move; `number`: the time then
};

/// A handler that an actor ran, and all that went into it and came out: enough
/// to do it again. In the order of (epoch, index) these are an actor's life.
struct recorded_step {
  actor_id actor;
  std::uint32_t epoch = 0; ///< of the actor's stay on this node
  std::uint64_t index = 0; ///< within its stay
  step_kind kind = step_kind::state;
  actor_id peer;
  /// Of a message: its number in the trace; 0: it did not leave the node. Of a
  /// state: when it was unpacked here, 0 where that is not known.
  std::uint64_t number = 0;
  std::uint64_t time = 0; ///< the node's steady clock, in ns
  std::uint64_t size = 0; ///< of the payload
  std::uint64_t sum = 0;  ///< XXH3 of the payload
  /// A message as its handler got it, a state as actors/api/step_recorder.hpp
  /// packs it. Empty at the level `hashes`.
  std::vector<std::byte> payload;
  /// What the handler asked for, got and sent: actors/api/step_tape.hpp.
  std::vector<std::byte> calls;
  std::uint64_t state = 0; ///< XXH3 of the state after it; 0: not taken
  std::string threw;       ///< what left the handler as an exception, in words

  friend bool operator==(const recorded_step&, const recorded_step&) = default;
};

/// Steps of one stay of an actor that found no room.
struct step_loss {
  actor_id actor;
  std::uint32_t epoch = 0;
  std::uint64_t first = 0; ///< index of the first of them
  std::uint64_t count = 0;

  friend bool operator==(const step_loss&, const step_loss&) = default;
};

} // namespace tern
