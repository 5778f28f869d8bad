#include "actors/trace/summary.hpp"

#include "actors/actor_id.hpp"

#include <algorithm>
#include <unordered_map>

namespace tern {

namespace {

class summary_builder {
public:
  explicit summary_builder(const trace_content& trace) : trace_(trace) {
    out_.truncated = trace.truncated;
    out_.begin = ~std::uint64_t{0};
  }

  trace_summary build() {
    for (const auto& n : trace_.nodes)
      read_bounds(n);
    if (out_.events == 0)
      out_.begin = 0;
    for (const auto& n : trace_.nodes)
      read(n);
    for (const auto& n : trace_.nodes)
      time_messages(n);
    std::ranges::sort(out_.nodes, {}, &trace_summary::node::id);
    std::ranges::stable_sort(out_.running, std::ranges::greater{},
                             &trace_summary::unfinished::since);
    return std::move(out_);
  }

private:
  void read_bounds(const node_trace& n) {
    for (const auto& thread : n.threads) {
      out_.events += thread.events.size();
      for (const auto& e : thread.events) {
        out_.begin = std::min(out_.begin, e.time);
        out_.end = std::max(out_.end, e.time);
      }
    }
  }

  void read(const node_trace& n) {
    trace_summary::node node;
    node.id = n.node;
    node.name = n.name.empty() ? to_string(n.node) : n.name;
    node.lost = n.lost;
    for (const auto& thread : n.threads)
      read(thread, node);
    out_.nodes.push_back(std::move(node));
  }

  void read(const thread_trace& thread, trace_summary::node& node) {
    std::vector<trace_event> running; // a task may run inside another
    const auto before = node.tasks;
    for (const auto& e : thread.events)
      switch (e.kind) {
      case trace_kind::fired:
        running.push_back(e);
        break;
      case trace_kind::finished:
      case trace_kind::failed:
        if (running.empty())
          break; // it began before the trace
        note_task(running.back(), e, running.size() == 1, node);
        running.pop_back();
        break;
      case trace_kind::sent:
        note_sent(e, node);
        break;
      case trace_kind::received:
        if (e.peer != 0) {
          ++node.received;
          ++out_.messages[e.extra].received;
        }
        break;
      case trace_kind::moved:
        ++node.arrivals;
        break;
      default:
        break;
      }
    for (const auto& e : running)
      out_.running.push_back(
          {e.actor, node.id, thread.thread, out_.end - e.time});
    if (!running.empty())
      node.busy += out_.end - running.front().time;
    if (node.tasks > before || !running.empty())
      ++node.compute_threads;
  }

  void note_task(const trace_event& fired, const trace_event& ended,
                 bool outermost, trace_summary::node& node) {
    const auto took = ended.time - std::min(ended.time, fired.time);
    const bool failed = ended.kind == trace_kind::failed;
    ++node.tasks;
    node.failed += failed;
    if (outermost)
      node.busy += took;
    auto& layer = out_.layers[actor_id{0, fired.actor}.layer()];
    ++layer.tasks;
    layer.failed += failed;
    layer.total += took;
    if (took >= layer.longest) {
      layer.longest = took;
      layer.longest_task = fired.actor;
    }
  }

  void note_sent(const trace_event& e, trace_summary::node& node) {
    if (e.peer == 0)
      return;
    ++node.sent;
    ++out_.messages[e.extra].sent;
    sent_at_.emplace(e.argument, e.time);
  }

  void time_messages(const node_trace& n) {
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events) {
        if (e.kind != trace_kind::received || e.peer == 0)
          continue;
        const auto sent = sent_at_.find(e.argument);
        if (sent == sent_at_.end())
          continue;
        auto& kind = out_.messages[e.extra];
        const auto took = e.time - std::min(e.time, sent->second);
        ++kind.timed;
        kind.flight += took;
        kind.longest = std::max(kind.longest, took);
      }
  }

  const trace_content& trace_;
  trace_summary out_;
  std::unordered_map<std::uint64_t, std::uint64_t> sent_at_; ///< by number
};

} // namespace

double trace_summary::busy_share(const node& n) const noexcept {
  const auto all =
      static_cast<double>(end - begin) * static_cast<double>(n.compute_threads);
  return all > 0 ? static_cast<double>(n.busy) / all : 0;
}

trace_summary summarise(const trace_content& trace) {
  return summary_builder{trace}.build();
}

} // namespace tern
