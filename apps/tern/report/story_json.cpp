#include "apps/tern/report/story_json.hpp"

#include "apps/tern/story_words.hpp"

namespace tern {

nlohmann::ordered_json
json_of(const actor_id& actor, const actor_story& story,
        const trace_names& names,
        const std::function<std::int64_t(const story_event&)>& time) {
  auto events = nlohmann::ordered_json::array();
  for (const auto& e : story.events)
    events.push_back(nlohmann::ordered_json::array(
        {time(e), names.node(e.where), e.thread, words_of(e, names)}));
  return {{"name", text_of_actor(actor.low)},
          {"id", to_string(actor)},
          {"total", story.total},
          {"events", std::move(events)}};
}

} // namespace tern
