// A task that computes begins and ends on one thread, perhaps inside another
// one: each thread has a stack of those that run. A task that fetches a block
// begins on one thread and ends on another, where the block arrives; in between
// it keeps no thread busy. So an end that does not find its task on its own
// thread looks for it on the others of its node, or waits for it: in a file the
// events of threads lie in pieces, one after the other.
//
// The two ends of a message wait for each other in the same way.
#include "actors/trace/summary_builder.hpp"

#include "actors/trace/names.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace tern {

namespace {

// Tasks inside each other on one thread.
constexpr std::size_t deepest = 64;
// Intervals that a later one may still enclose.
constexpr std::size_t most_intervals = 4096;

} // namespace

// -- covered time -------------------------------------------------------------

void covered_time::add(std::uint64_t from, std::uint64_t to) {
  from = std::max(from, until_);
  to = std::max(from, to);
  while (!open_.empty() && open_.back().second >= from) {
    from = std::min(from, open_.back().first);
    to = std::max(to, open_.back().second);
    open_.pop_back();
  }
  open_.emplace_back(from, to);
  if (open_.size() > most_intervals)
    settle(most_intervals / 2);
}

void covered_time::settle() {
  settle(open_.size());
}

void covered_time::settle(std::size_t count) {
  const auto end = std::next(open_.begin(), static_cast<std::ptrdiff_t>(count));
  for (auto each = open_.begin(); each != end; ++each) {
    settled_ += each->second - each->first;
    until_ = std::max(until_, each->second);
  }
  open_.erase(open_.begin(), end);
}

std::uint64_t covered_time::total() const noexcept {
  auto sum = settled_;
  for (const auto& [from, to] : open_)
    sum += to - from;
  return sum;
}

// -- tasks --------------------------------------------------------------------

summary_builder::node_state& summary_builder::node_of(node_id id) {
  const auto [found, fresh] = nodes_.try_emplace(id.value);
  if (fresh) {
    auto& n = found->second;
    n.sums.id = id;
    n.sums.name = to_string(id);
    n.begun = aging_map<traced_actor, begun_task>{most_open_};
    n.ends = aging_map<traced_actor, task_end>{most_open_};
  }
  return found->second;
}

void summary_builder::add(const node_trace& node) {
  auto& n = node_of(node.node);
  n.sums.name = display_name(node);
  n.sums.lost = node.lost;
  n.scopes = node.scopes;
}

void summary_builder::add(node_id id, const thread_trace& run) {
  auto& n = node_of(id);
  auto& thread = n.threads[run.thread];
  const auto actor = [&](const trace_event& e) -> traced_actor {
    return {{e.scope < n.scopes.size() ? n.scopes[e.scope] : 0, e.actor}};
  };
  events_ += run.events.size();
  for (const auto& e : run.events) {
    n.first = std::min(n.first, e.time);
    n.last = std::max(n.last, e.time);
    switch (e.kind) {
    case trace_kind::fired:
      begin_task(n, thread, {actor(e), e.time, run.thread});
      break;
    case trace_kind::finished:
    case trace_kind::failed:
      end_task(n, thread, actor(e), {e.time, e.kind == trace_kind::failed});
      break;
    case trace_kind::sent:
      note_sent(n, e);
      break;
    case trace_kind::received:
      note_received(n, e);
      break;
    case trace_kind::moved:
      ++n.sums.arrivals;
      break;
    default:
      break;
    }
  }
  match_elsewhere(n, thread);
}

void summary_builder::begin_task(node_state& n, thread_state& thread,
                                 begun_task task) {
  thread.computed = true;
  auto& running = thread.running;
  if (running.size() == deepest) { // it does not end on this thread
    const auto lowest = running.front();
    running.erase(running.begin());
    leave_thread(n, lowest);
  }
  running.push_back(task);
}

void summary_builder::end_task(node_state& n, thread_state& thread,
                               const traced_actor& task, const task_end& end) {
  auto& running = thread.running;
  const auto found =
      std::find_if(running.rbegin(), running.rend(),
                   [&](const begun_task& b) { return b.task == task; });
  if (found == running.rend()) {
    if (const auto begun = take_begun(n, task))
      note_task(n, *begun, end);
    else
      n.ends.put(task, end);
    return;
  }
  // what lies above it has ended elsewhere, or its end was lost
  const std::vector<begun_task> above(found.base(), running.end());
  const auto begun = *found;
  running.erase(std::prev(found.base()), running.end());
  for (const auto& each : above)
    leave_thread(n, each);
  note_task(n, begun, end);
  thread.busy.add(begun.time, end.time);
  if (running.empty())
    thread.busy.settle();
}

void summary_builder::leave_thread(node_state& n, const begun_task& task) {
  if (const auto end = n.ends.take(task.task))
    note_task(n, task, *end);
  else
    n.begun.put(task.task, task);
}

void summary_builder::match_elsewhere(node_state& n, thread_state& thread) {
  if (n.ends.empty())
    return;
  std::erase_if(thread.running, [&](const begun_task& begun) {
    const auto end = n.ends.take(begun.task);
    if (end)
      note_task(n, begun, *end);
    return end.has_value();
  });
}

/// A task of any thread.
std::optional<summary_builder::begun_task>
summary_builder::take_begun(node_state& n, const traced_actor& task) {
  if (auto begun = n.begun.take(task))
    return begun;
  for (auto& [number, thread] : n.threads) {
    const auto found =
        std::ranges::find(thread.running, task, &begun_task::task);
    if (found == thread.running.end())
      continue;
    const auto begun = *found;
    thread.running.erase(found);
    return begun;
  }
  return std::nullopt;
}

void summary_builder::note_task(node_state& n, const begun_task& begun,
                                const task_end& end) {
  const auto took = end.time - std::min(end.time, begun.time);
  const auto task = begun.task.id;
  ++n.sums.tasks;
  n.sums.failed += end.failed;
  auto& layer = layers_[{task.plan(), task.layer()}];
  ++layer.tasks;
  layer.failed += end.failed;
  layer.total += took;
  if (std::tie(took, task) >= std::tie(layer.longest, layer.longest_task)) {
    layer.longest = took;
    layer.longest_task = task;
  }
}

// -- messages -----------------------------------------------------------------

trace_summary::traffic& summary_builder::traffic_of(std::uint16_t kind) {
  if (kind >= traffic_.size())
    traffic_.resize(std::size_t{kind} + 1);
  return traffic_[kind];
}

void summary_builder::note_sent(node_state& n, const trace_event& e) {
  if (e.peer == 0)
    return;
  ++n.sums.sent;
  ++traffic_of(e.extra).sent;
  if (const auto received = received_.take(e.argument))
    note_flight(e.time, *received);
  else
    sent_.put(e.argument, {e.time, e.extra});
}

void summary_builder::note_received(node_state& n, const trace_event& e) {
  if (e.peer == 0)
    return;
  ++n.sums.received;
  ++traffic_of(e.extra).received;
  if (const auto sent = sent_.take(e.argument))
    note_flight(sent->time, {e.time, e.extra});
  else
    received_.put(e.argument, {e.time, e.extra});
}

void summary_builder::note_flight(std::uint64_t sent,
                                  const message_seen& received) {
  auto& kind = traffic_of(received.kind);
  const auto took = received.time - std::min(received.time, sent);
  ++kind.timed;
  kind.flight += took;
  kind.longest = std::max(kind.longest, took);
}

// -- the summary --------------------------------------------------------------

trace_summary summary_builder::summary() const {
  trace_summary out;
  out.events = events_;
  out.layers = layers_;
  for (const auto& [id, n] : nodes_) {
    auto node = n.sums;
    node.duration = n.last - std::min(n.first, n.last);
    out.duration = std::max(out.duration, node.duration);
    const auto note_running = [&](const begun_task& b) {
      out.running.push_back(
          {b.task.id, node.id, b.thread, n.last - std::min(n.last, b.time)});
    };
    for (const auto& [number, thread] : n.threads) {
      node.compute_threads += thread.computed;
      node.busy += thread.busy.total();
      std::ranges::for_each(thread.running, note_running);
    }
    n.begun.for_each(
        [&](const auto&, const begun_task& b) { note_running(b); });
    out.nodes.push_back(std::move(node));
  }
  for (std::size_t kind = 0; kind < traffic_.size(); ++kind)
    if (traffic_[kind].sent > 0 || traffic_[kind].received > 0)
      out.messages.emplace(static_cast<std::uint32_t>(kind), traffic_[kind]);
  std::ranges::sort(out.running, [](const auto& a, const auto& b) {
    return std::tie(b.since, a.task, a.where)
           < std::tie(a.since, b.task, b.where);
  });
  return out;
}

} // namespace tern
