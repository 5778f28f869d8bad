#include "apps/tern/top_table.hpp"

#include "dataflow/graph/memory_need.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

// A node of another version may not say everything.
std::uint64_t number(const json& of, const char* name) {
  const auto at = of.find(name);
  if (at == of.end() || !at->is_number_integer())
    return 0;
  return at->is_number_unsigned() || at->get<std::int64_t>() >= 0
             ? at->get<std::uint64_t>()
             : 0;
}
std::string words(const json& of, const char* name) {
  const auto at = of.find(name);
  return at != of.end() && at->is_string() ? at->get<std::string>() : "?";
}
std::string address_in(const json& of) {
  return fmt::format("{}:{}", words(of, "host"), number(of, "port"));
}

const json* find(const json& nodes, const json& id) {
  for (const auto& n : nodes)
    if (n.value("id", json{}) == id)
      return &n;
  return nullptr;
}

std::string rate_text(double per_second) {
  if (per_second >= 1e6)
    return fmt::format("{:.1f}M", per_second / 1e6);
  if (per_second >= 1e4)
    return fmt::format("{:.0f}k", per_second / 1e3);
  return fmt::format("{:.0f}", per_second);
}

std::string actors_in(const json& node) {
  std::string out;
  if (const auto actors = node.find("actors"); actors != node.end())
    for (const auto& [phase, count] : actors->items())
      out += fmt::format("{}{} {}", out.empty() ? "" : ", ",
                         number(*actors, phase.c_str()), phase);
  return out;
}

constexpr auto node_row =
    "{:<21} {:>9} {:>8} {:>9} {:>9} {:>9} {:>8} {:>8}  {}";

std::string row_of(const json& n) {
  const auto limit = number(n, "memory_limit");
  return fmt::format(
      node_row, address_in(n),
      fmt::format("{}/{}", number(n, "busy"), number(n, "threads")),
      number(n, "queued"), size_text(number(n, "memory_used")),
      limit > 0 ? size_text(limit) : "-", size_text(number(n, "bytes_spilled")),
      rate_text(n.value("messages_per_second", 0.0)),
      rate_text(n.value("tasks_per_second", 0.0)), actors_in(n));
}

std::string share_text(std::uint64_t done, std::uint64_t total) {
  return fmt::format("{:>10} of {:>10} {:>4.0f} %", done, total,
                     total == 0 ? 100.0
                                : 100 * static_cast<double>(done)
                                      / static_cast<double>(total));
}

// Layers that have begun and not ended; the others say nothing new.
void add_layers(const json& plan, std::vector<std::string>& out) {
  const auto layers = plan.find("layers");
  if (layers == plan.end())
    return;
  for (const auto& l : *layers) {
    const auto done = number(l, "tasks_done");
    const auto total = number(l, "tasks");
    if (done > 0 && done < total)
      out.push_back(fmt::format("  layer {:>3}       {}  {}  {}",
                                number(l, "layer"), share_text(done, total),
                                words(l, "what"), words(l, "expression")));
  }
}

// Bytes that begin no character count nothing.
std::string cut(const std::string& line, unsigned width) {
  if (width == 0)
    return line;
  std::size_t columns = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    if ((static_cast<unsigned char>(line[i]) & 0xc0) != 0x80
        && columns++ == width)
      return line.substr(0, i);
  return line;
}

std::vector<std::string> lines_of(const json& status) {
  std::vector<std::string> out;
  out.push_back(fmt::format(node_row, "node", "busy", "queued", "memory",
                            "limit", "spilled", "msg/s", "tasks/s", "actors"));
  for (const auto& n : status.value("nodes", json::array()))
    out.push_back(row_of(n));
  for (const auto& n : status.value("silent", json::array()))
    out.push_back(fmt::format("{:<21} does not answer", address_in(n)));
  for (const auto& p : status.value("plans", json::array())) {
    out.push_back(fmt::format(
        "plan {} {}  {}{}", words(p, "id"),
        share_text(number(p, "tasks_done"), number(p, "tasks_total")),
        words(p, "state"),
        p.value("orphaned", false) ? ", its submitter has died" : ""));
    add_layers(p, out);
  }
  return out;
}

} // namespace

json with_rates(const json& before, json now, double seconds) {
  const auto nodes_before = before.value("nodes", json::array());
  for (auto& n : now["nodes"]) {
    const auto* then = find(nodes_before, n.value("id", json{}));
    const auto rate = [&](const char* counter) {
      const auto old = then ? number(*then, counter) : 0;
      const auto value = number(n, counter);
      return then && value >= old && seconds > 0
                 ? static_cast<double>(value - old) / seconds
                 : 0.0;
    };
    n["messages_per_second"] = rate("messages");
    n["tasks_per_second"] = rate("tasks_run");
  }
  return now;
}

std::string top_table(const json& status, unsigned width, unsigned rows) {
  const auto lines = lines_of(status);
  const auto shown = rows == 0 || lines.size() <= rows
                         ? lines.size()
                         : std::size_t{std::max(rows, 1u)} - 1;
  std::string out;
  for (std::size_t i = 0; i < shown; ++i)
    out += cut(lines[i], width) + '\n';
  if (shown < lines.size())
    out += cut(fmt::format("... {} more lines", lines.size() - shown), width)
           + '\n';
  return out;
}

} // namespace tern
