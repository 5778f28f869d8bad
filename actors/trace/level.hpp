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
};

} // namespace tern
