#pragma once

#include "actors/trace/trace_file.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// What an actor did on one node, from its coming to its going.
struct recorded_stay {
  node_id node;
  std::string node_name; ///< as people see it
  std::uint32_t epoch = 0;
  std::vector<recorded_step> steps; ///< in order
};

/// What is recorded of one actor, over all nodes where it was.
struct actor_history {
  actor_id actor;
  std::vector<recorded_stay> stays; ///< in order
  std::vector<step_loss> lost;      ///< in order
};

/// Puts together what files say of an actor: one file of a whole cluster, or
/// some of parts of it. Fails with `not_found` if they say nothing.
result<actor_history> history_of(std::span<const trace_content> traces,
                                 const actor_id& actor);

/// Actors whose steps are in a trace, in order.
std::vector<actor_id> recorded_actors(std::span<const trace_content> traces);

} // namespace tern
