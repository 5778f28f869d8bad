#include "actors/trace/task_spans.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <unordered_map>
#include <vector>

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

class span_finder {
public:
  span_finder(const node_trace& n,
              const std::function<void(const task_span&)>& f)
    : node_(n), tell_(f) {}

  void find() {
    for (const auto& thread : node_.threads)
      read(thread);
    pair_across_threads();
  }

private:
  void read(const thread_trace& thread) {
    std::vector<trace_event> running; // a task may run inside another
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
        if (const auto fired = take(running, e, thread.thread))
          tell({*fired, thread.thread}, e, true);
        else
          ends_.emplace(actor_of(node_, e), e);
        break;
      default:
        break;
      }
    for (const auto& e : running)
      begun_.push_back({e, thread.thread});
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
  void pair_across_threads() {
    for (const auto& b : begun_) {
      const auto task = actor_of(node_, b.fired);
      const auto end = ends_.find(task);
      if (end != ends_.end()) {
        tell(b, end->second, false);
        ends_.erase(end);
      } else {
        tell_(
            {task, b.thread, b.fired.time, b.fired.time, span_end::open, true});
      }
    }
  }

  void tell(const begun_task& b, const trace_event& end, bool holds_thread) {
    tell_(
        {actor_of(node_, b.fired), b.thread, b.fired.time,
         std::max(b.fired.time, end.time),
         end.kind == trace_kind::failed ? span_end::failed : span_end::finished,
         holds_thread});
  }

  const node_trace& node_;
  const std::function<void(const task_span&)>& tell_;
  std::vector<begun_task> begun_; ///< and not ended on their thread
  std::unordered_multimap<actor_id, trace_event> ends_; ///< the same
};

} // namespace

void each_task(const node_trace& n,
               const std::function<void(const task_span&)>& f) {
  span_finder{n, f}.find();
}

} // namespace tern
