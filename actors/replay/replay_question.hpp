#pragma once

#include "actors/replay/replay_actor.hpp"

#include <string>
#include <vector>

namespace tern {

/// `tern replay TRACE ACTOR`, for an actor of a user's class.
struct replay_question {
  std::vector<std::string> files; ///< of one run; one or more
  /// `actor/NODE/COUNTER`, `actor COUNTER`, or the name of its class.
  std::string actor;
  std::size_t until = ~std::size_t{0};
  bool list = false; ///< each handler, in a line
  bool gdb = false;  ///< stop in the debugger before the last handler
  bool json = false;
  std::string command = "tern replay"; ///< as it is complained about
};

/// Answers on standard output, complains on standard error. Gives the exit
/// status: 0 if the actor does what it did, 2 for a question that makes no
/// sense, else 1.
int answer_replay(const replay_question& q, const actor_types& known);

} // namespace tern
