#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tern {

/// One thing that happened to an actor.
struct story_event {
  trace_event event;
  node_id where;
  std::string thread;
  node_id peer; ///< of a message: the node at its other end; of a move: whence
  /// Of a message that was seen at both ends: when, and which actor, there.
  std::optional<trace_event> other_end;
  actor_id other_actor; ///< which that is; {}: none
};

/// All that happened to `actor`, on all nodes, in causal order: what an actor
/// did at one place comes before what it did at the next one, whatever their
/// clocks say; within a place, and for tasks, clocks decide.
std::vector<story_event> story_of(const trace_content& trace,
                                  const actor_id& actor);

struct actor_story {
  std::vector<story_event> events;
  std::uint64_t total = 0; ///< with those that are not told
};

/// The same of many actors at once: of each the first `most` events.
std::map<actor_id, actor_story> stories_of(const trace_content& trace,
                                           const std::set<actor_id>& actors,
                                           std::size_t most);

/// The actors of a trace that `text` may mean, in order: the one of that whole
/// name (`to_string`), or those whose `text_of_actor` is `text` or ends in a
/// space and `text`, of whatever plan or birth node.
std::vector<actor_id> actors_called(const trace_content& trace,
                                    const std::string& text);

} // namespace tern
