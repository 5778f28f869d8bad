#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstddef>
#include <cstdint>
#include <set>

namespace tern {

/// The actors of a trace whose stories are worth the room, and how many more
/// there are.
struct told_actors {
  std::set<actor_id> chosen;
  std::uint64_t left_out = 0;
};

/// Actors that are no tasks first, then tasks that failed, those that moved,
/// and the longest ones: at most `actors`, whose stories of at most
/// `story_events` each have at most `events` together.
told_actors choose_actors(const trace_content& trace, std::size_t actors,
                          std::size_t story_events, std::size_t events);

} // namespace tern
