#pragma once

#include "actors/replay/actor_history.hpp"
#include "actors/replay/actor_types.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tern {

/// A handler that is about to run again, or has run.
struct replayed_step {
  std::size_t position = 0; ///< among the handlers of the history, from 1
  const recorded_stay& stay;
  const recorded_step& what;
  std::string message;  ///< its name, or `answer` and the like; may be empty
  std::size_t sent = 0; ///< messages; once it has run
};

/// "message add of actor/1f/2", "its arrival"; for people.
std::string words_of(const replayed_step& s);

struct replay_options {
  std::size_t until = ~std::size_t{0}; ///< position of the last handler to run
  std::function<void(const replayed_step&)> before;
  std::function<void(const replayed_step&)> after;
};

/// Where what a handler does is not what it did.
struct replay_difference {
  std::size_t position = 0; ///< of the last handler that ran
  std::string where;        ///< the handler, or the move after it, in words
  std::string how;
};

/// What came of running an actor's handlers again.
struct replay_report {
  actor_id actor;
  class_print type;
  std::size_t handlers = 0; ///< that ran
  std::size_t messages = 0; ///< of these, messages
  std::size_t compared = 0; ///< states after handlers that were the same
  std::size_t moves = 0;    ///< each with the state that left and that came
  std::size_t nodes = 0;
  std::vector<std::string> gaps; ///< what is not recorded, in words
  /// The first one, where the replay ended.
  std::optional<replay_difference> difference;
  std::vector<std::byte> fields; ///< the state at the end, as its class has it
  std::uint64_t sum = 0;         ///< of all of the state at the end

  bool same() const noexcept {
    return !difference;
  }
};

/// Makes an actor anew from the first state that is recorded, calls its
/// handlers with what they were called with, in the order in which they ran,
/// and compares what they do with what they did; what they send goes nowhere.
/// At each move the state is packed, compared with what left, and unpacked in
/// another instance.
///
/// Where steps are missing it goes on from the next state that is recorded, and
/// says so (`gaps`). Fails with `refused`, naming what is other, for a class
/// that `known` lacks or has in another version, and for what was recorded
/// without payloads; with `malformed` for what nobody recorded.
///
/// A handler that asks something else than its context (a clock, a file, other
/// threads) may do other things than it did: that is a difference.
result<replay_report> replay_actor(const actor_history& history,
                                   const actor_types& known,
                                   const replay_options& how = {});

} // namespace tern
