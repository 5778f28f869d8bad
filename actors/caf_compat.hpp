#pragma once

// What of CAF changes between its releases and is used for nodes: the spelling
// of settings and of message types. Lean actors are in lean_actor.hpp. For
// .cpp files only.

#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>

#include <cstdint>

namespace tern {

/// The settings of a node's actor system.
///
/// Threads are few and fixed: full actors are services, the work is done by
/// the node's own compute threads. The policy is `sharing`, whose workers sleep
/// on a condition; those of `stealing` poll.
class caf_config : public caf::actor_system_config {
public:
  /// `networked`: with a middleman, for a node that has peers.
  explicit caf_config(bool networked);
};

/// Threads that run its actors.
std::uint32_t workers_of(caf::actor_system& system);

/// An actor that others cannot end: exit messages, for which CAF knows one
/// reason that no handler can refuse, do not reach it.
class steadfast_actor : public caf::event_based_actor {
public:
  using caf::event_based_actor::event_based_actor;

  using caf::event_based_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr message,
               caf::execution_unit* unit) override;
};

} // namespace tern
