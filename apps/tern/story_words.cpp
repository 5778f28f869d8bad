#include "apps/tern/story_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace tern {

std::string words_of(const story_event& s, const trace_names& names) {
  const auto& e = s.event;
  if (e.kind == trace_kind::moved)
    return fmt::format("moved here from node {}, its epoch {}",
                       names.node(s.peer), e.argument);
  if (!is_message(e))
    return names.kind(e);
  auto text =
      fmt::format("{} {} {:x}", names.kind(e), names.message(e), e.argument);
  text += e.kind == trace_kind::sent ? " to " : " from ";
  if (s.other_actor != actor_id{})
    text += text_of_actor(s.other_actor.low) + " on ";
  text += e.peer == 0 ? "this node" : "node " + names.node(s.peer);
  if (!s.other_end)
    return text + ", not seen there";
  const auto& other = *s.other_end;
  const auto& [left, came] =
      e.kind == trace_kind::sent ? std::tie(e, other) : std::tie(other, e);
  const auto took = came.time - std::min(came.time, left.time);
  return text
         + fmt::format(", {:.1f} us on its way",
                       static_cast<double>(took) * 1e-3);
}

} // namespace tern
