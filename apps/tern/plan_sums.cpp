#include "apps/tern/plan_sums.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace tern {

namespace {

using json = nlohmann::ordered_json;

json sum_of_actors(const json& before, json said) {
  for (const auto& [phase, count] : before.items())
    said[phase] = said.value(phase, 0ull) + count.get<std::uint64_t>();
  return said;
}

// Each node tells what it has done itself, of layers that all know.
json sum_of_layers(const json& before, const json& said) {
  auto out = before.size() > said.size() ? before : said;
  for (std::size_t i = 0; i < std::min(before.size(), said.size()); ++i) {
    out[i]["tasks_done"] = said[i]["tasks_done"].get<std::uint64_t>()
                           + before[i]["tasks_done"].get<std::uint64_t>();
    out[i]["actors"] = sum_of_actors(before[i]["actors"], said[i]["actors"]);
  }
  return out;
}

} // namespace

void plan_sums::add(const json& plan) {
  const auto id = fmt::format("{:016x}", plan["id"].get<std::uint64_t>());
  auto& sum = sums_.try_emplace(id, json::object()).first->second;
  const auto total =
      sum.value("tasks_total", 0ull) + plan["tasks_total"].get<std::uint64_t>();
  const auto done =
      sum.value("tasks_done", 0ull) + plan["tasks_done"].get<std::uint64_t>();
  const bool orphaned =
      plan.value("orphaned", false) && sum.value("orphaned", true);
  const auto layers = sum_of_layers(sum.value("layers", json::array()),
                                    plan.value("layers", json::array()));
  sum = {{"id", id},
         {"state", done < total ? "running" : "done"},
         {"tasks_total", total},
         {"tasks_done", done},
         {"orphaned", orphaned}, // its submitter, as all nodes see it
         {"layers", layers}};
}

json plan_sums::all() const {
  auto out = json::array();
  for (const auto& [id, plan] : sums_)
    out.push_back(plan);
  return out;
}

} // namespace tern
