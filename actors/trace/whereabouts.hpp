#pragma once

#include "actors/trace/story.hpp"

#include <vector>

namespace tern {

/// Where an actor or a task was when its trace ended, and what put it there.
struct whereabouts {
  node_id node;            ///< none: it was never seen at a place
  bool on_its_way = false; ///< it was sent to `node`, and not seen there
  /// Where it was first seen, where it ran, was sent to or came to: each event
  /// that says something new, in order of the story.
  std::vector<story_event> decisions;
};

/// From its story.
whereabouts whereabouts_of(const std::vector<story_event>& story);

} // namespace tern
