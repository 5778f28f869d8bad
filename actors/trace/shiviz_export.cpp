#include "actors/trace/shiviz_export.hpp"

#include "actors/trace/trace_names.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <ostream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace tern {

namespace {

/// How many events of each node one could know of; by index of the node.
using vector_clock = std::vector<std::uint64_t>;

bool concerns_others(const trace_event& e) {
  switch (e.kind) {
  case trace_kind::sent:
  case trace_kind::received:
    return e.peer != 0;
  case trace_kind::moved:
  case trace_kind::node_up:
  case trace_kind::node_down:
    return true;
  default:
    return false;
  }
}

/// The events of one node, in order of its clock.
std::vector<trace_event> line_of(const node_trace& n) {
  std::vector<trace_event> line;
  for (const auto& thread : n.threads)
    std::ranges::copy_if(thread.events, std::back_inserter(line),
                         concerns_others);
  std::ranges::stable_sort(line, {}, &trace_event::time);
  return line;
}

/// Goes through all nodes' events, a message's end after its begin.
class shiviz_writer {
public:
  shiviz_writer(const trace_content& trace, std::ostream& out)
    : trace_(trace), names_(trace), out_(out),
      clocks_(trace.nodes.size(), vector_clock(trace.nodes.size())),
      next_(trace.nodes.size()) {
    for (const auto& n : trace.nodes) {
      lines_.push_back(line_of(n));
      auto host = host_of(n);
      if (std::ranges::find(hosts_, host) != hosts_.end())
        host += '#' + to_string(n.node); // it came back at the same address
      hosts_.push_back(std::move(host));
    }
    for (const auto& line : lines_)
      for (const auto& e : line)
        if (e.kind == trace_kind::sent)
          to_come_.insert(e.argument);
  }

  void write() {
    while (step() || force())
      continue;
  }

private:
  // ShiViz takes the first word of a line.
  static std::string host_of(const node_trace& n) {
    auto name = display_name(n);
    std::ranges::replace_if(
        name, [](unsigned char c) { return c <= ' '; }, '_');
    return name;
  }

  // Each node as far as it goes. Returns whether one went on.
  bool step() {
    bool went_on = false;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      for (; next_[i] < lines_[i].size(); went_on = true) {
        const auto& e = lines_[i][next_[i]];
        if (e.kind == trace_kind::received && to_come_.contains(e.argument))
          break;
        take(i);
      }
    return went_on;
  }

  // No node can go on, though some have more: two threads of a node saw the
  // ends of messages in another order than their times say. The earliest event
  // goes first. Returns whether there was one.
  bool force() {
    const std::vector<trace_event>* first = nullptr;
    for (std::size_t i = 0; i < lines_.size(); ++i)
      if (next_[i] < lines_[i].size()
          && (!first
              || lines_[i][next_[i]].time
                     < (*first)[next_[index_of(*first)]].time))
        first = &lines_[i];
    if (first)
      take(index_of(*first));
    return first != nullptr;
  }
  std::size_t index_of(const std::vector<trace_event>& line) const {
    return static_cast<std::size_t>(&line - lines_.data());
  }

  void take(std::size_t i) {
    const auto& e = lines_[i][next_[i]++];
    auto& clock = clocks_[i];
    if (e.kind == trace_kind::received)
      if (const auto sent = under_way_.find(e.argument);
          sent != under_way_.end()) {
        std::ranges::transform(
            clock, sent->second, clock.begin(),
            [](std::uint64_t a, std::uint64_t b) { return std::max(a, b); });
        under_way_.erase(sent);
      }
    ++clock[i];
    if (e.kind == trace_kind::sent) {
      under_way_[e.argument] = clock;
      to_come_.erase(e.argument);
    }
    print(i, e);
  }

  void print(std::size_t i, const trace_event& e) {
    auto known = nlohmann::ordered_json::object();
    for (std::size_t k = 0; k < clocks_[i].size(); ++k)
      if (clocks_[i][k] > 0)
        known[hosts_[k]] = clocks_[i][k];
    out_ << words_of(trace_.nodes[i], e) << '\n'
         << hosts_[i] << ' '
         << known.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)
         << '\n';
  }

  std::string words_of(const node_trace& n, const trace_event& e) const {
    const auto peer =
        e.peer < n.peers.size() ? names_.node(n.peers[e.peer]) : "?";
    const auto kind = names_.kind(e);
    if (is_message(e))
      return fmt::format("{} {} {:x} {} {}, {}", kind, names_.message(e),
                         e.argument, e.kind == trace_kind::sent ? "to" : "from",
                         peer, text_of_actor(e.actor));
    if (e.kind == trace_kind::moved)
      return fmt::format("{} moved here from {}", text_of_actor(e.actor), peer);
    return fmt::format("{} {}", kind, peer);
  }

  const trace_content& trace_;
  const trace_names names_;
  std::ostream& out_;
  std::vector<std::vector<trace_event>> lines_;
  std::vector<std::string> hosts_;
  std::vector<vector_clock> clocks_;
  std::vector<std::size_t> next_;
  std::unordered_set<std::uint64_t> to_come_; ///< messages not yet sent
  std::unordered_map<std::uint64_t, vector_clock> under_way_;
};

} // namespace

result<void> export_shiviz(const trace_content& trace, std::ostream& out) {
  shiviz_writer{trace, out}.write();
  out.flush();
  if (!out)
    return fail(failure_kind::io, "cannot write the trace's log");
  return {};
}

} // namespace tern
