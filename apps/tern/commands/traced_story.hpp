#pragma once

#include "actors/trace/story.hpp"
#include "actors/trace/trace_names.hpp"

#include <string>
#include <vector>

namespace tern {

/// What happened to one actor, by a trace.
struct traced_story {
  actor_id actor;
  std::vector<story_event> story; ///< not empty
  trace_names names;
};

/// Of the actor that `text` means. Fails with `io` or `malformed` and the path,
/// or with `not_found` if that is none, or more than one.
result<traced_story> load_story(const std::string& file,
                                const std::string& text);

} // namespace tern
