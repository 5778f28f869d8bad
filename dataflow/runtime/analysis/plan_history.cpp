#include "dataflow/runtime/analysis/plan_history.hpp"

#include "actors/trace/trace_names.hpp"
#include "dataflow/runtime/task_record.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace tern {

/// That a task began or ended.
struct plan_history::mark {
  block_key task;
  std::size_t node = 0;
  std::int64_t time = 0;
  bool ends = false;
  bool failed = false;
  std::uint32_t thread = 0;

  auto order() const {
    return std::tuple{task, node, time, ends};
  }
};

namespace {

void keep_earliest(std::optional<std::int64_t>& kept, std::int64_t time) {
  kept = kept ? std::min(*kept, time) : time;
}

bool is_task(const actor_id& id) noexcept {
  return id.kind() == actor_kind::task;
}

} // namespace

plan_history::plan_history(const trace_content& trace, std::uint64_t plan,
                           const edge_index& edges) {
  const auto flights = flights_in(trace);
  offsets_ = align_clocks(trace, flights);
  for (const auto& n : trace.nodes)
    nodes_.push_back({n.node, display_name(n), std::nullopt, 0});
  pair(marks_of(trace, plan, edges));
  for (const auto& f : flights)
    if (f.sent.actor.plan() == plan || f.received.actor.plan() == plan)
      read(f, edges);
  for (auto& [key, all] : arrivals_)
    std::ranges::stable_sort(all, {}, &task_arrival::received);
}

void plan_history::extend(std::int64_t time) noexcept {
  begin_ = empty_ ? time : std::min(begin_, time);
  end_ = empty_ ? time : std::max(end_, time);
  empty_ = false;
}

std::vector<plan_history::mark>
plan_history::marks_of(const trace_content& trace, std::uint64_t plan,
                       const edge_index& edges) {
  std::vector<mark> marks;
  auto first = std::numeric_limits<std::int64_t>::max();
  for (std::size_t node = 0; node < trace.nodes.size(); ++node)
    for (const auto& thread : trace.nodes[node].threads)
      for (const auto& e : thread.events) {
        const auto who = actor_of(trace.nodes[node], e);
        if (who.high != plan)
          continue;
        const auto time = aligned_time(e.time, offsets_[node]);
        first = std::min(first, time); // also of what came before all tasks
        const auto task = unpack(who.low);
        if (!is_task(who) || !edges.is_needed(task))
          continue;
        extend(time);
        if (e.kind == trace_kind::fired)
          marks.push_back({task, node, time, false, false, thread.thread});
        else if (e.kind == trace_kind::finished || e.kind == trace_kind::failed)
          marks.push_back({task, node, time, true, e.kind == trace_kind::failed,
                           thread.thread});
      }
  if (!empty_)
    begin_ = first;
  return marks;
}

void plan_history::pair(std::vector<mark> marks) {
  std::ranges::stable_sort(marks, {}, &mark::order);
  std::vector<std::set<std::uint32_t>> threads(nodes_.size());
  const mark* open = nullptr;
  for (const auto& m : marks) {
    if (!m.ends) {
      open = &m;
      continue;
    }
    if (!open || open->task != m.task || open->node != m.node)
      continue; // its beginning was lost
    executions_.push_back({m.task, m.node, open->thread, open->time, m.time,
                           m.failed, open->thread == m.thread});
    threads[m.node].insert(open->thread);
    keep_earliest(nodes_[m.node].began, open->time);
    open = nullptr;
  }
  for (std::size_t node = 0; node < nodes_.size(); ++node)
    nodes_[node].threads = static_cast<unsigned>(threads[node].size());
  std::ranges::stable_sort(executions_, {}, [](const traced_execution& e) {
    return std::tuple{e.task, e.fired};
  });
  for (std::size_t i = 0; i < executions_.size(); ++i)
    tasks_ += i == 0 || executions_[i - 1].task != executions_[i].task;
}

void plan_history::read(const message_flight& f, const edge_index& edges) {
  const auto sent = aligned_time(f.sent.time, offsets_[f.sent.node]);
  const auto received =
      std::max(sent, aligned_time(f.received.time, offsets_[f.received.node]));
  const auto from = unpack(f.sent.actor.low);
  const auto to = unpack(f.received.actor.low);
  const bool from_task = is_task(f.sent.actor) && edges.is_needed(from);
  const bool to_task = is_task(f.received.actor) && edges.is_needed(to);
  if (from_task && !empty_)
    extend(received);
  if ((f.kind == message_kind::have || f.kind == message_kind::erred)
      && from_task && to_task) {
    const auto [at, fresh] =
        heard_.try_emplace({from, to, f.received.node}, received);
    at->second = std::min(at->second, received);
  } else if (f.kind == message_kind::want && to_task) {
    keep_earliest(journeys_[{to, f.sent.node}].asked, sent);
  } else if (f.kind == message_kind::block_data && from_task) {
    keep_earliest(journeys_[{from, f.received.node}].arrived, received);
  } else if (f.kind == message_kind::lend && to_task) {
    arrivals_[{to, f.received.node}].push_back({f.sent.node, sent, received});
  }
}

std::span<const traced_execution>
plan_history::executions_of(const block_key& task) const {
  const auto found =
      std::ranges::equal_range(executions_, task, {}, &traced_execution::task);
  return {found.begin(), found.end()};
}

const traced_execution* plan_history::last_of(const block_key& task,
                                              std::int64_t limit) const {
  const traced_execution* found = nullptr;
  for (const auto& e : executions_of(task))
    if (e.fired <= limit)
      found = &e;
  return found;
}

const traced_execution* plan_history::last() const {
  const auto found =
      std::ranges::max_element(executions_, {}, &traced_execution::ended);
  return found == executions_.end() ? nullptr : &*found;
}

std::optional<std::int64_t> plan_history::heard(const block_key& block,
                                                const block_key& reader,
                                                std::size_t node) const {
  const auto found = heard_.find({block, reader, node});
  return found == heard_.end() ? std::nullopt : std::optional{found->second};
}

const block_journey* plan_history::journey(const block_key& block,
                                           std::size_t node) const {
  const auto found = journeys_.find({block, node});
  return found == journeys_.end() ? nullptr : &found->second;
}

std::optional<task_arrival> plan_history::arrival(const block_key& task,
                                                  std::size_t node,
                                                  std::int64_t limit) const {
  const auto found = arrivals_.find({task, node});
  if (found == arrivals_.end())
    return std::nullopt;
  const auto after = std::ranges::upper_bound(found->second, limit, {},
                                              &task_arrival::received);
  return after == found->second.begin() ? std::nullopt
                                        : std::optional{*std::prev(after)};
}

std::optional<block_delivery> plan_history::delivered(const block_key& block,
                                                      std::int64_t from) const {
  std::optional<block_delivery> last;
  for (auto at = journeys_.lower_bound({block, 0});
       at != journeys_.end() && at->first.first == block; ++at) {
    const auto arrived = at->second.arrived;
    if (arrived && *arrived >= from && (!last || *arrived > last->time))
      last = block_delivery{at->first.second, *arrived};
  }
  return last;
}

} // namespace tern
