#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace tern {

/// Whether `e` is `sent` or `received`.
constexpr bool is_message(const trace_event& e) noexcept {
  return e.kind == trace_kind::sent || e.kind == trace_kind::received;
}

/// What the numbers of a trace mean to people.
class trace_names {
public:
  explicit trace_names(const trace_content& trace) : header_(trace.header) {
    for (const auto& n : trace.nodes)
      nodes_[n.node] = display_name(n);
  }

  std::string node(node_id id) const {
    const auto found = nodes_.find(id);
    return found != nodes_.end() ? found->second : to_string(id);
  }
  std::string kind(const trace_event& e) const {
    return name_in(header_.kinds, static_cast<std::uint32_t>(e.kind));
  }
  /// Of a message: its `message_kind`.
  std::string message(const trace_event& e) const {
    return name_in(header_.messages, e.extra);
  }

private:
  trace_header header_;
  std::map<node_id, std::string> nodes_;
};

} // namespace tern
