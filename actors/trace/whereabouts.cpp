#include "actors/trace/whereabouts.hpp"

namespace tern {

namespace {

bool sends_away(trace_kind kind) noexcept {
  return kind == trace_kind::lent || kind == trace_kind::stolen;
}

/// Whether the event decides, or shows, that the actor is where it happened.
bool is_decision(const trace_event& e) noexcept {
  switch (e.kind) {
  case trace_kind::moved:
  case trace_kind::fired:
  case trace_kind::failed:
  case trace_kind::finished:
  case trace_kind::recomputed:
    return true;
  default:
    return sends_away(e.kind);
  }
}

} // namespace

whereabouts whereabouts_of(const std::vector<story_event>& story) {
  whereabouts out;
  for (const auto& s : story) {
    const auto kind = s.event.kind;
    const auto place = sends_away(kind) ? s.peer : s.where;
    // whoever sends it away, or hears of it, may be neither place
    const bool new_place = out.decisions.empty();
    if (new_place || is_decision(s.event))
      out.decisions.push_back(s);
    if (!is_decision(s.event) && out.node)
      continue;
    out.node = place;
    out.on_its_way = sends_away(kind);
  }
  return out;
}

} // namespace tern
