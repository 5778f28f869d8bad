#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tern {

namespace {

// A plan may be deeper; nobody reads that much.
constexpr std::size_t most_reasons = 1000;
constexpr std::size_t tasks_a_question = 256;

constexpr task_phase phases[] = {
    task_phase::waiting, task_phase::fetching, task_phase::ready,
    task_phase::running, task_phase::held,     task_phase::released,
    task_phase::erred,   task_phase::leaving,  task_phase::away};

bool waits_for_inputs(task_phase phase) {
  return phase == task_phase::waiting || phase == task_phase::fetching;
}

std::string seconds_text(std::uint64_t ns) {
  return fmt::format("{:.1f} s", static_cast<double>(ns) * 1e-9);
}

std::string words_of_run(const task_report& r, const std::string& node) {
  if (!r.run)
    return "waits on node " + node + " for a block of another plan";
  return fmt::format("runs on compute thread {} of node {} since {}",
                     r.run->thread, node, seconds_text(r.run->ns));
}

std::string words_of_lack(const task_report& r, const std::string& needs,
                          const std::string& node) {
  if (r.lack == resource_lack::in_use)
    return fmt::format("is ready, and waits for {} on node {}, which other "
                       "tasks use",
                       needs, node);
  return fmt::format("is ready on node {}, but needs {}, which that node does "
                     "not have: it waits for a node that has it",
                     node, needs);
}

} // namespace

std::string text_of(const block_key& task) {
  return fmt::format("{}/{}", task.layer, task.index);
}

std::optional<task_report> report_in(const dataflow_message& m) {
  if (m.kind != message_kind::inspected)
    return {};
  const auto phase = std::ranges::find(phases, m.text,
                                       [](task_phase p) { return name_of(p); });
  if (phase == std::end(phases))
    return {};
  task_report out;
  out.task = unpack(m.from);
  out.node = m.node;
  out.place = m.ordinal;
  out.epoch = m.epoch;
  out.phase = *phase;
  if (*phase == task_phase::running) {
    if (m.slot > 0)
      out.run = execution{m.slot - 1, m.bytes};
    return out;
  }
  if (*phase == task_phase::ready
      && m.bytes <= static_cast<std::uint64_t>(resource_lack::never_there))
    out.lack = static_cast<resource_lack>(m.bytes);
  out.filled = m.slot;
  out.holder = m.asker;
  if (waits_for_inputs(*phase) && m.bytes != 0)
    out.missing = unpack(m.bytes);
  return out;
}

void reason_chain::add(const std::optional<task_report>& report) {
  const auto task = *std::exchange(next_, std::nullopt);
  if (report && report->is_done())
    return;
  reasons_.push_back({task, report});
  if (report && !report->holder && reasons_.size() < most_reasons)
    next_ = report->missing;
}

std::vector<reason> reasons_of(const block_key& task,
                               const task_question& ask) {
  reason_chain chain{task};
  while (chain.next())
    chain.add(ask({*chain.next()}).front());
  return chain.reasons();
}

std::optional<block_key> first_unfinished(const edge_index& edges,
                                          const task_question& ask) {
  std::vector<block_key> some;
  const auto look = [&]() -> std::optional<block_key> {
    const auto answers = ask(some);
    for (std::size_t i = 0; i < some.size(); ++i)
      if (!answers[i] || !answers[i]->is_done())
        return some[i];
    some.clear();
    return {};
  };
  for (const auto root : edges.source().roots) {
    const auto blocks = edges.needed(root).size();
    for (std::int64_t rank = 0; rank < blocks; ++rank) {
      some.push_back(edges.at_rank(root, rank));
      if (some.size() == tasks_a_question)
        if (const auto found = look())
          return found;
    }
  }
  return some.empty() ? std::nullopt : look();
}

std::string words_of(const reason& r, std::uint32_t slots,
                     const resource_counts* needs,
                     const std::function<std::string(node_id)>& name) {
  if (!r.report)
    return "nobody answers for it: its node hangs, or was just lost";
  const auto& report = *r.report;
  const auto node = name(report.node);
  switch (report.phase) {
  case task_phase::waiting:
  case task_phase::fetching:
    if (report.missing && report.holder)
      return fmt::format("waits on node {} for block {}, which is on its way "
                         "from node {}",
                         node, text_of(*report.missing), name(report.holder));
    if (report.missing)
      return fmt::format("waits on node {} with {} of {} inputs, first for {}",
                         node, report.filled, slots, text_of(*report.missing));
    return slots == 0 ? fmt::format("waits on node {} for memory, or until its "
                                    "turn comes",
                                    node)
                      : fmt::format("has all its inputs on node {}", node);
  case task_phase::ready:
    if (needs && report.lack != resource_lack::none)
      return words_of_lack(report, text_of(*needs), node);
    return fmt::format("is ready, and waits for a compute thread of node {}",
                       node);
  case task_phase::running:
    return words_of_run(report, node);
  case task_phase::erred:
    return fmt::format("has failed on node {}", node);
  case task_phase::leaving:
    return fmt::format("is about to leave node {} for another one", node);
  default:
    return fmt::format("is {} on node {}", name_of(report.phase), node);
  }
}

} // namespace tern
