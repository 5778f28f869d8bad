#include "actors/trace/event.hpp"

namespace tern {

std::string_view name_of(trace_kind kind) noexcept {
  switch (kind) {
  case trace_kind::none:
    return "none";
  case trace_kind::sent:
    return "sent";
  case trace_kind::received:
    return "received";
  case trace_kind::fired:
    return "fired";
  case trace_kind::finished:
    return "finished";
  case trace_kind::failed:
    return "failed";
  case trace_kind::moved:
    return "moved";
  case trace_kind::transition:
    return "transition";
  case trace_kind::node_up:
    return "node_up";
  case trace_kind::node_down:
    return "node_down";
  case trace_kind::counter:
    return "counter";
  case trace_kind::lent:
    return "lent";
  case trace_kind::stolen:
    return "stolen";
  case trace_kind::spilled:
    return "spilled";
  case trace_kind::read_back:
    return "read_back";
  case trace_kind::recomputed:
    return "recomputed";
  }
  return {};
}

actor_id actor_of(const node_trace& n, const trace_event& e) noexcept {
  return {e.scope < n.scopes.size() ? n.scopes[e.scope] : 0, e.actor};
}

} // namespace tern
