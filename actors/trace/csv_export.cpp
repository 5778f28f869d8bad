#include "actors/trace/csv_export.hpp"

#include "actors/trace/trace_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>
#include <string_view>

namespace tern {

namespace {

std::string field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos)
    return std::string{text};
  std::string out{'"'};
  for (const char c : text)
    out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::uint64_t begin_of(const trace_content& trace) {
  auto first = ~std::uint64_t{0};
  for (const auto& n : trace.nodes)
    for (const auto& thread : n.threads)
      if (!thread.events.empty()) // they are in order
        first = std::min(first, thread.events.front().time);
  return first;
}

std::string peer_text(const node_trace& n, const trace_event& e,
                      const trace_names& names) {
  if (e.peer == 0 || e.peer >= n.peers.size())
    return {};
  return names.node(n.peers[e.peer]);
}

/// The plan of a task, the birth node of an actor.
std::string scope_text(const node_trace& n, const trace_event& e) {
  const auto high = actor_of(n, e).high;
  return high == 0 ? std::string{} : fmt::format("{:x}", high);
}

} // namespace

result<void> export_csv(const trace_content& trace, std::ostream& out) {
  const trace_names names{trace};
  const auto begin = begin_of(trace);
  out << "node,thread,time_ns,event,actor,peer,message,number,argument,scope"
         "\r\n";
  for (const auto& n : trace.nodes)
    for (const auto& thread : n.threads) {
      const auto where =
          field(display_name(n)) + ',' + field(thread.name) + ',';
      for (const auto& e : thread.events) {
        const auto what =
            is_message(e)
                ? fmt::format("{},{:x},", field(names.message(e)), e.argument)
                : fmt::format(",,{}", e.argument);
        out << where
            << fmt::format("{},{},{},{},{},{}\r\n", e.time - begin,
                           field(names.kind(e)), field(text_of_actor(e.actor)),
                           field(peer_text(n, e, names)), what,
                           scope_text(n, e));
      }
    }
  out.flush();
  if (!out)
    return fail(failure_kind::io, "cannot write the trace's lines");
  return {};
}

} // namespace tern
