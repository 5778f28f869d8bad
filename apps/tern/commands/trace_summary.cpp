#include "apps/tern/commands/trace_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <ostream>
#include <set>
#include <utility>
#include <vector>

namespace tern {

namespace {

using json = nlohmann::ordered_json;
using named_layer = std::pair<trace_summary::layer_name, trace_summary::layer>;

constexpr std::size_t most_running = 10;

double seconds(std::uint64_t ns) {
  return static_cast<double>(ns) * 1e-9;
}

double millis(std::uint64_t ns) {
  return static_cast<double>(ns) * 1e-6;
}

double micros_each(std::uint64_t ns, std::uint64_t count) {
  return count > 0 ? static_cast<double>(ns) * 1e-3 / static_cast<double>(count)
                   : 0;
}

/// Those that took most time first.
std::vector<named_layer> by_time(const trace_summary& s) {
  std::vector<named_layer> all(s.layers.begin(), s.layers.end());
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const named_layer& l) { return l.second.total; });
  return all;
}

std::string name_of_node(const trace_summary& s, node_id id) {
  const auto found = std::ranges::find(s.nodes, id, &trace_summary::node::id);
  return found != s.nodes.end() ? found->name : to_string(id);
}

template <class... Ts>
void line(std::ostream& out, fmt::format_string<Ts...> form, Ts&&... parts) {
  fmt::format_to(std::ostream_iterator<char>{out}, form,
                 std::forward<Ts>(parts)...);
  out << '\n';
}

void print_nodes(std::ostream& out, const trace_summary& s) {
  line(out, "{:24} {:>7} {:>6} {:>8} {:>7} {:>9} {:>9} {:>7}", "node",
       "threads", "busy", "tasks", "failed", "sent", "received", "moved in");
  for (const auto& n : s.nodes)
    line(out, "{:24} {:>7} {:>5.0f}% {:>8} {:>7} {:>9} {:>9} {:>7}", n.name,
         n.compute_threads, 100 * trace_summary::busy_share(n), n.tasks,
         n.failed, n.sent, n.received, n.arrivals);
}

void print_layers(std::ostream& out, const trace_summary& s) {
  if (s.layers.empty())
    return;
  std::set<std::uint64_t> plans;
  for (const auto& [name, l] : s.layers)
    plans.insert(name.plan);
  line(out, "\n{:>8} {:>8} {:>11} {:>11} {:>11}  {}", "layer", "tasks",
       "seconds", "mean us", "longest us", "longest");
  for (const auto& [name, l] : by_time(s))
    line(out, "{:>8} {:>8} {:>11.6f} {:>11.1f} {:>11.1f}  {}", name.layer,
         l.tasks, seconds(l.total), micros_each(l.total, l.tasks),
         micros_each(l.longest, 1),
         plans.size() > 1 ? to_string(l.longest_task)
                          : text_of_actor(l.longest_task.low));
}

void print_messages(std::ostream& out, const trace_summary& s,
                    const trace_header& names) {
  if (s.messages.empty())
    return;
  line(out, "\n{:24} {:>9} {:>9} {:>11} {:>11}", "messages between nodes",
       "sent", "received", "mean us", "longest us");
  for (const auto& [kind, m] : s.messages)
    line(out, "{:24} {:>9} {:>9} {:>11.1f} {:>11.1f}",
         name_in(names.messages, kind), m.sent, m.received,
         micros_each(m.flight, m.timed), micros_each(m.longest, 1));
}

void print_running(std::ostream& out, const trace_summary& s) {
  if (s.running.empty())
    return;
  line(out, "\nnot ended when the trace did:");
  for (std::size_t i = 0; i < std::min(most_running, s.running.size()); ++i) {
    const auto& r = s.running[i];
    line(out, "  {} on node {}, thread {}, since {:.3f} ms",
         text_of_actor(r.task.low), name_of_node(s, r.where), r.thread,
         millis(r.since));
  }
  if (s.running.size() > most_running)
    line(out, "  and {} more", s.running.size() - most_running);
}

json json_of(const trace_summary::node& n) {
  return {{"id", to_string(n.id)},
          {"name", n.name},
          {"threads", n.compute_threads},
          {"busy", trace_summary::busy_share(n)},
          {"tasks", n.tasks},
          {"failed", n.failed},
          {"sent", n.sent},
          {"received", n.received},
          {"moved_in", n.arrivals},
          {"lost", n.lost}};
}

} // namespace

void print_summary(std::ostream& out, const trace_summary& s,
                   const trace_header& names) {
  std::uint64_t lost = 0;
  for (const auto& n : s.nodes)
    lost += n.lost;
  line(out, "{} events of {} nodes in {:.6f} s{}{}\n", s.events, s.nodes.size(),
       seconds(s.duration),
       lost > 0 ? fmt::format(", {} lost for want of room", lost)
                : std::string{},
       s.truncated ? ", cut off at the end" : "");
  print_nodes(out, s);
  print_layers(out, s);
  print_messages(out, s, names);
  print_running(out, s);
}

nlohmann::ordered_json json_of(const trace_summary& s,
                               const trace_header& names) {
  json all{{"events", s.events},       {"seconds", seconds(s.duration)},
           {"truncated", s.truncated}, {"nodes", json::array()},
           {"layers", json::array()},  {"messages", json::array()},
           {"running", json::array()}};
  for (const auto& n : s.nodes)
    all["nodes"].push_back(json_of(n));
  for (const auto& [name, l] : by_time(s))
    all["layers"].push_back({{"plan", name.plan},
                             {"layer", name.layer},
                             {"tasks", l.tasks},
                             {"failed", l.failed},
                             {"seconds", seconds(l.total)},
                             {"longest_seconds", seconds(l.longest)},
                             {"longest", text_of_actor(l.longest_task.low)}});
  for (const auto& [kind, m] : s.messages)
    all["messages"].push_back(
        {{"kind", name_in(names.messages, kind)},
         {"sent", m.sent},
         {"received", m.received},
         {"mean_seconds", micros_each(m.flight, m.timed) * 1e-6},
         {"longest_seconds", seconds(m.longest)}});
  for (const auto& r : s.running)
    all["running"].push_back({{"task", text_of_actor(r.task.low)},
                              {"node", name_of_node(s, r.where)},
                              {"thread", r.thread},
                              {"seconds", seconds(r.since)}});
  return all;
}

} // namespace tern
