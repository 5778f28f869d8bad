#pragma once

#include "actors/mobility.hpp"
#include "actors/view_ballot.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tern::simulation {

/// A cluster of `nodes` mobility machines, the same that real nodes run, on a
/// simulated network: actors that send each other numbered messages and are
/// moved about while the network loses, doubles, delays and reorders messages
/// and nodes pause. After a while the faults stop and everything has to come
/// to rest.
struct actor_simulation_options {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  std::size_t nodes = 4;
  std::size_t actors = 6;
  std::size_t messages = 60;   ///< begun by gateways; most cause others
  std::size_t migrations = 16; ///< orders given at random times
  std::size_t stops = 1;       ///< actors that may end on the way
  std::size_t kills = 0;       ///< nodes that die or are taken for dead
  std::size_t leaves = 0;      ///< nodes that go by themselves; at most
  bool agree = false;          ///< begin alone, meet, and agree on each view
  bool rotate = false;         ///< move an actor after every message it handled
  bool bad_network = true;     ///< loss, duplicates, stragglers, pauses
  bool through_codec = false;  ///< encode and decode every message
  bool stop_at_first = false;  ///< failing seed
  mobility_faults planted;
  agreement_faults planted_in_views;
};

/// What happened over all seeds.
struct actor_simulation_result {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t first_failing = 0; ///< seed; 0: none
  std::string why;                 ///< of the first failing one
  std::uint64_t messages = 0;      ///< handled by actors
  std::uint64_t migrations = 0;    ///< moves that ended elsewhere
  std::uint64_t kills = 0;
  std::uint64_t left = 0; ///< nodes that went, with nothing left on them
  /// Runs that came to rest; the others were left without a majority of voters.
  std::uint64_t judged = 0;
  std::uint64_t events = 0;
  std::uint64_t hash = 0; ///< of all runs: equal for equal options
};

/// Runs every seed and checks, at each step:
///
/// - an actor's handlers may run on at most one node;
/// - every message is handled once, in the order of its pair;
/// - an ack names only messages whose handlers ended;
/// - no message is forwarded more often than the bound, no queue grows beyond
///   its own;
///
/// - nobody is told of the end of an actor that lives;
/// - a node that has left owes nothing to anybody;
///
/// and at the end: every message of a living actor was handled, or its receiver
/// is gone and it heard that it is lost; every order was answered; who wanted
/// to be woken was; every actor is somewhere, or ended, or died with the only
/// node that had it, and its home knows.
actor_simulation_result
actor_simulation(const actor_simulation_options& options);

} // namespace tern::simulation
