#include "apps/tern/critical_answer.hpp"

#include "dataflow/runtime/analysis/layer_words.hpp"
#include "dataflow/runtime/why.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

json json_of(const std::optional<double>& guess) {
  return guess ? json(*guess) : json(nullptr);
}

json json_of(const what_if& m) {
  return {{"as_it_was", json_of(m.as_it_was)},
          {"twice_the_bandwidth", json_of(m.twice_the_bandwidth)},
          {"no_waiting", json_of(m.no_waiting)},
          {"placed_afresh", json_of(m.placed_afresh)},
          {"one_node_more", json_of(m.one_node_more)}};
}

} // namespace

critical_answer answer_of(const traced_plan& plan, const edge_index& edges,
                          const plan_history& history) {
  critical_answer out{plan,
                      edges,
                      history,
                      find_critical_path(edges, history),
                      ask_model(edges, history, plan.what.view),
                      {}};
  for (const auto& step : out.path.steps)
    if (step.part == path_part::computing) {
      auto& share = out.layers[step.task.layer];
      share.time += step.duration();
      ++share.tasks;
    }
  return out;
}

std::vector<std::pair<layer_id, layer_share>>
by_time(const critical_answer& answer) {
  std::vector<std::pair<layer_id, layer_share>> all(answer.layers.begin(),
                                                    answer.layers.end());
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const auto& l) { return l.second.time; });
  return all;
}

std::vector<const path_step*> longest_of(const critical_path& path,
                                         std::size_t most) {
  std::vector<const path_step*> all;
  for (const auto& s : path.steps)
    all.push_back(&s);
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const path_step* s) { return s->duration(); });
  all.resize(std::min(all.size(), most));
  std::ranges::sort(all, {}, [](const path_step* s) { return s->begin; });
  return all;
}

nlohmann::ordered_json json_of(const critical_answer& a, std::size_t most) {
  json out{{"plan", fmt::format("{:x}", a.plan.what.id)},
           {"text", a.plan.text},
           {"tasks", a.edges.tasks()},
           {"tasks_seen", a.history.tasks()},
           {"span_ns", a.span()}};
  for (const auto part : all_parts)
    out["parts_ns"][std::string{name_of(part)}] = a.path.sum(part);
  out["layers"] = json::array();
  for (const auto& [id, share] : by_time(a))
    out["layers"].push_back({{"layer", id},
                             {"kernel", kernel_of(a.edges.at(id))},
                             {"expression", a.edges.at(id).expression},
                             {"tasks", share.tasks},
                             {"time_ns", share.time}});
  out["steps"] = json::array();
  const auto& nodes = a.history.nodes();
  for (const auto* s : longest_of(a.path, most))
    out["steps"].push_back(
        {{"part", name_of(s->part)},
         {"task", text_of(s->task)},
         {"node", s->node < nodes.size() ? nodes[s->node].name : ""},
         {"begin_ns", s->begin - a.history.begin()},
         {"time_ns", s->duration()}});
  out["seconds"] = a.model.was;
  out["what_if_seconds"] = json_of(a.model);
  return out;
}

} // namespace tern
