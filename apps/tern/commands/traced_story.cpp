#include "apps/tern/commands/traced_story.hpp"

#include "actors/trace/indexed_story.hpp"

#include <fmt/format.h>

namespace tern {

namespace {

result<actor_id> only_one(const std::vector<actor_id>& found,
                          const std::string& file, const std::string& text) {
  if (found.empty())
    return fail(failure_kind::not_found,
                fmt::format("nothing in {} happened to '{}'; actors are "
                            "written 'task LAYER/INDEX', 'actor N', "
                            "'service N', 'key HASH' or in full",
                            file, text));
  if (found.size() > 1)
    return fail(failure_kind::not_found,
                fmt::format("'{}' may be {} or {}: say which", text,
                            to_string(found[0]), to_string(found[1])));
  return found.front();
}

} // namespace

result<traced_story> load_story(const std::string& file,
                                const std::string& text) {
  const auto trace = indexed_trace::open(file);
  if (!trace)
    return tl::make_unexpected(trace.error());
  const auto own = events_of_called(*trace, text);
  if (!own)
    return fail(own.error().kind, file + ": " + own.error().what);
  const auto actor = only_one(actors_called(*own, text), file, text);
  if (!actor)
    return tl::make_unexpected(actor.error());
  const auto around = events_around(*trace, *actor, *own);
  if (!around)
    return fail(around.error().kind, file + ": " + around.error().what);
  return traced_story{*actor, story_of(*around, *actor), trace_names{*around}};
}

} // namespace tern
