#include "apps/tern/asked_plan.hpp"

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/placement.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

json step_of(const asked_plan& p, const reason& r) {
  json out{{"task", text_of(r.task)},
           {"what", describe(p.edges(), r.task)},
           {"state", r.report ? std::string{name_of(r.report->phase)}
                              : std::string{"no answer"}},
           {"words", p.words(r)}};
  if (r.report)
    out["node"] = p.name(r.report->node);
  else if (const auto owner = p.owner(r.task))
    out["node"] = p.name(*owner);
  if (r.report && r.report->missing)
    out["missing"] = text_of(*r.report->missing);
  if (r.report && r.report->run) {
    out["thread"] = r.report->run->thread;
    out["seconds"] = static_cast<double>(r.report->run->ns) * 1e-9;
  }
  return out;
}

} // namespace

result<asked_plan> asked_plan::open(const plan_question& q) {
  auto guest = plan_guest::join(q.where, q.plan_id);
  if (!guest)
    return tl::make_unexpected(guest.error());
  auto found = (*guest)->find();
  if (!found)
    return tl::make_unexpected(found.error());
  asked_plan out{std::move(*guest), std::move(*found)};
  if (q.task
      && (q.task->layer >= out.edges_.layers()
          || !out.edges_.is_needed(*q.task)))
    return fail(
        failure_kind::not_found,
        fmt::format("plan {:x} has no task {}", q.plan_id, text_of(*q.task)));
  return out;
}

std::string asked_plan::words(const reason& r) const {
  return words_of(r, edges_.slots(r.task), needs_of(edges_.at(r.task.layer)),
                  [this](node_id who) { return name(who); });
}

task_question asked_plan::question() const {
  return [this](const std::vector<block_key>& tasks) {
    return guest_->inspect(tasks);
  };
}

std::optional<node_id> asked_plan::owner(const block_key& task) const {
  if (!plan_.round.dead.empty())
    return {};
  const placement where{edges_, plan_.view};
  return plan_.view.places[where.owner(task)].node;
}

std::vector<reason>
asked_plan::reasons(const std::optional<block_key>& task) const {
  const auto ask = question();
  const auto begin = task ? task : first_unfinished(edges_, ask);
  return begin ? reasons_of(*begin, ask) : std::vector<reason>{};
}

json json_of(const asked_plan& p, const std::string& name,
             const std::vector<reason>& chain) {
  json out{{"plan", name}, {"done", chain.empty()}};
  out["chain"] = json::array();
  for (const auto& r : chain)
    out["chain"].push_back(step_of(p, r));
  return out;
}

} // namespace tern
