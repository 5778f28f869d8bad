#pragma once

#include <cstdint>

namespace tern {

/// How much a node records. Each level contains those before it.
enum class trace_level : std::uint8_t {
  off,
  flight,   ///< the newest events of each thread, of tasks and of messages
            ///< between nodes; what is older goes
  messages, ///< all of them, messages of a node to itself and transitions
            ///< too, for a session that fetches them
  hashes,   ///< and what actors of users' classes did (recorded_step.hpp),
            ///< with a hash of each message
  payloads, ///< with the messages themselves, so that it can be done again
};

} // namespace tern
