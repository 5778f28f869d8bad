#pragma once

#include "actors/host.hpp"

#include <cstddef>
#include <cstdint>

namespace tern::bench {

/// Makes the two types of actors of `tern-bench migrate` known to a host.
///
/// - "traveller": carries its state about, and checks that each sender's
///   numbers come one after the other.
/// - "sender": told "n", sends the next n numbers to the traveller, as room in
///   its window allows.
///
/// Both answer an empty message with a `tally`.
void register_travel_types(actor_host& host);

struct tally {
  std::uint64_t messages = 0; ///< got by a traveller, sent by a sender
  std::uint64_t wrong = 0;    ///< came out of turn
  std::uint64_t waiting = 0;  ///< still to be sent
};

/// The first state of a traveller that carries `bytes` bytes.
buffer traveller_state(std::size_t bytes);
buffer sender_state(const actor_id& to);

} // namespace tern::bench
