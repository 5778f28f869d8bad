#include "actors/trace/summary.hpp"

#include "actors/actor_id.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <utility>

namespace tern {

namespace {

// Tasks inside each other on one thread.
constexpr std::size_t deepest = 64;

/// A task that began, and on which thread.
struct begun_task {
  trace_event fired;
  std::uint32_t thread = 0;
};

/// Both of one node.
bool same_actor(const trace_event& a, const trace_event& b) {
  return a.actor == b.actor && a.scope == b.scope;
}

/// The time that some intervals cover together.
std::uint64_t
covered(std::vector<std::pair<std::uint64_t, std::uint64_t>> all) {
  std::ranges::sort(all);
  std::uint64_t sum = 0;
  std::uint64_t done = 0;
  for (const auto& [from, to] : all) {
    const auto begin = std::max(from, done);
    sum += to - std::min(begin, to);
    done = std::max(done, to);
  }
  return sum;
}

class summary_builder {
public:
  explicit summary_builder(const trace_content& trace) : trace_(trace) {
    out_.truncated = trace.truncated;
  }

  trace_summary build() {
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
  void read(const node_trace& n) {
    trace_summary::node node;
    node.id = n.node;
    node.name = display_name(n);
    node.lost = n.lost;
    std::uint64_t first = ~std::uint64_t{0};
    std::uint64_t last = 0;
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events) {
        first = std::min(first, e.time);
        last = std::max(last, e.time);
        ++out_.events;
      }
    node.duration = last - std::min(first, last);
    out_.duration = std::max(out_.duration, node.duration);
    read_ = &n;
    begun_.clear();
    ends_.clear();
    for (const auto& thread : n.threads)
      read(thread, node);
    pair_across_threads(node, last);
    out_.nodes.push_back(std::move(node));
  }

  void read(const thread_trace& thread, trace_summary::node& node) {
    std::vector<trace_event> running; // a task may run inside another
    std::vector<std::pair<std::uint64_t, std::uint64_t>> busy;
    const auto begun_before = begun_.size();
    for (const auto& e : thread.events)
      switch (e.kind) {
      case trace_kind::fired:
        if (running.size() == deepest) { // it does not end on this thread
          begun_.push_back({running.front(), thread.thread});
          running.erase(running.begin());
        }
        running.push_back(e);
        break;
      case trace_kind::finished:
      case trace_kind::failed:
        if (const auto fired = take(running, e, thread.thread)) {
          note_task(*fired, e, node);
          busy.emplace_back(fired->time, std::max(fired->time, e.time));
        } else {
          ends_.emplace(actor_of(*read_, e), e);
        }
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
      begun_.push_back({e, thread.thread});
    if (!busy.empty() || begun_.size() > begun_before)
      ++node.compute_threads;
    node.busy += covered(std::move(busy));
  }

  /// The task that `end` ends, off the thread's stack. What lies above it has
  /// ended elsewhere, or its end was lost.
  std::optional<trace_event> take(std::vector<trace_event>& running,
                                  const trace_event& end,
                                  std::uint32_t thread) {
    const auto found =
        std::find_if(running.rbegin(), running.rend(),
                     [&](const trace_event& e) { return same_actor(e, end); });
    if (found == running.rend())
      return std::nullopt;
    for (auto above = found.base(); above != running.end(); ++above)
      begun_.push_back({*above, thread});
    const auto fired = *found;
    running.erase(std::prev(found.base()), running.end());
    return fired;
  }

  // A task that fetches a block begins on one thread and ends on another,
  // where the block arrives; in between it keeps no thread busy.
  void pair_across_threads(trace_summary::node& node, std::uint64_t last) {
    for (const auto& b : begun_) {
      const auto task = actor_of(*read_, b.fired);
      const auto end = ends_.find(task);
      if (end != ends_.end()) {
        note_task(b.fired, end->second, node);
        ends_.erase(end);
      } else {
        out_.running.push_back({task, node.id, b.thread, last - b.fired.time});
      }
    }
  }

  void note_task(const trace_event& fired, const trace_event& ended,
                 trace_summary::node& node) {
    const auto took = ended.time - std::min(ended.time, fired.time);
    const bool failed = ended.kind == trace_kind::failed;
    ++node.tasks;
    node.failed += failed;
    const auto task = actor_of(*read_, fired);
    auto& layer = out_.layers[{task.plan(), task.layer()}];
    ++layer.tasks;
    layer.failed += failed;
    layer.total += took;
    if (took >= layer.longest) {
      layer.longest = took;
      layer.longest_task = task;
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
  // of the node that is read
  const node_trace* read_ = nullptr;
  std::vector<begun_task> begun_; ///< and not ended on their thread
  std::unordered_multimap<actor_id, trace_event> ends_;      ///< the same
  std::unordered_map<std::uint64_t, std::uint64_t> sent_at_; ///< by number
};

} // namespace

double trace_summary::busy_share(const node& n) noexcept {
  const auto all =
      static_cast<double>(n.duration) * static_cast<double>(n.compute_threads);
  return all > 0 ? static_cast<double>(n.busy) / all : 0;
}

trace_summary summarise(const trace_content& trace) {
  return summary_builder{trace}.build();
}

} // namespace tern
