#pragma once

#include "actors/view_agreement.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace tern::simulation {

/// Nodes that agree on views over a simulated network. They start alone at
/// random times, their links come up in any order, often as two clusters that
/// meet later; some die. After a while the faults stop.
struct view_simulation_options {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1;
  std::size_t nodes = 8;      ///< at most; a run draws how many
  std::size_t kills = 2;      ///< at most
  std::size_t leaves = 0;     ///< nodes that go by themselves; at most
  bool bad_network = true;    ///< loss, duplicates, stragglers, pauses, cuts
  bool suspicions = false;    ///< living nodes are taken for dead
  bool through_codec = false; ///< encode and decode every message
  bool stop_at_first = false; ///< failing seed
  agreement_faults planted = {};
};

/// What happened over all seeds.
struct view_simulation_result {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t first_failing = 0; ///< seed; 0: none
  std::string why;                 ///< of the first failing one
  std::uint64_t judged = 0;   ///< runs that had to end in one view, and did
  std::uint64_t views = 0;    ///< adopted, by all nodes
  std::uint64_t merges = 0;   ///< of them, those of another lineage
  std::uint64_t jumps = 0;    ///< of them, those that came over missed ones
  std::uint64_t expelled = 0; ///< nodes
  std::uint64_t kills = 0;
  std::uint64_t left = 0; ///< nodes that went, and the others held their views
  std::uint64_t events = 0;
  std::uint64_t hash = 0; ///< of all runs: equal for equal options
};

/// Runs every seed and checks, whenever a node adopts a view:
///
/// - views of one name have one content, whoever adopts them;
/// - the numbers of a node's views of one lineage rise;
/// - a view names who adopts it, and nobody who has departed;
/// - a view keeps the order of the one before it, and names as departed all
///   that it lacks;
/// - so does one of another lineage: who was a node's mate is so there, or has
///   departed there;
/// - all nodes leave a lineage after the same view, its last;
/// - when a node that leaves need not wait any longer, all others of its view
///   have gone on without it.
///
/// At the end, without suspicions and if a majority of the voters lives in each
/// lineage that a living node holds: all living nodes hold one view, of just
/// them, and wait for nothing. Otherwise there may be no rest, but not more
/// than so many messages a second.
view_simulation_result view_simulation(const view_simulation_options& options);

} // namespace tern::simulation
