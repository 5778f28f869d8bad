#pragma once

#include "actors/trace/story.hpp"
#include "actors/trace/trace_names.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>

namespace tern {

/// {"name", "id", "total", "events": [[ns, node, thread, words], ...]}, as the
/// page and the report show it (page/assets/story.js). `time`: of an event.
nlohmann::ordered_json
json_of(const actor_id& actor, const actor_story& story,
        const trace_names& names,
        const std::function<std::int64_t(const story_event&)>& time);

} // namespace tern
