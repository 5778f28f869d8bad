#include "actors/trace/trace_collector.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tern {

namespace {

thread_trace& thread_of(node_trace& node, std::uint32_t number) {
  auto found =
      std::ranges::lower_bound(node.threads, number, {}, &thread_trace::thread);
  if (found != node.threads.end() && found->thread == number)
    return *found;
  return *node.threads.insert(found, {number, {}, {}});
}

} // namespace

void trace_collector::add(trace_record record) {
  std::visit([this](auto& each) { take_in(each); }, record);
}

node_trace& trace_collector::node_of(node_id id) {
  auto found = std::ranges::find(content_.nodes, id, &node_trace::node);
  if (found != content_.nodes.end())
    return *found;
  auto& added = content_.nodes.emplace_back();
  added.node = id;
  return added;
}

void trace_collector::take_in(trace_header& header) {
  content_.header = std::move(header);
}

void trace_collector::take_in(node_trace& node) {
  auto& known = node_of(node.node);
  node.threads = std::move(known.threads);
  node.steps = std::move(known.steps);
  node.lost_steps = std::move(known.lost_steps);
  known = std::move(node);
}

void trace_collector::take_in(trace_steps& run) {
  auto& node = node_of(run.node);
  std::ranges::move(run.steps, std::back_inserter(node.steps));
  std::ranges::copy(run.lost, std::back_inserter(node.lost_steps));
}

void trace_collector::take_in(trace_events& run) {
  auto& thread = thread_of(node_of(run.node), run.thread.thread);
  thread.name = std::move(run.thread.name);
  thread.events.insert(thread.events.end(), run.thread.events.begin(),
                       run.thread.events.end());
}

void trace_collector::take_in(trace_plan_piece& piece) {
  const auto [known, fresh] = announced_.try_emplace(
      piece.plan.id, announced_plan{content_.plans.size(), piece.size});
  if (fresh) {
    content_.plans.push_back(std::move(piece.plan));
    return;
  }
  auto& bytes = content_.plans[known->second.position].bytes;
  if (bytes.size() < known->second.size) // else the plan came again
    bytes.insert(bytes.end(), piece.plan.bytes.begin(), piece.plan.bytes.end());
}

trace_content trace_collector::take() {
  std::erase_if(content_.plans, [&](const trace_plan& p) {
    return p.bytes.size() != announced_.at(p.id).size;
  });
  announced_.clear();
  return std::exchange(content_, {});
}

} // namespace tern
