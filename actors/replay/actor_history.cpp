#include "actors/replay/actor_history.hpp"

#include "actors/trace/names.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace tern {

namespace {

// A step that two files have is one step.
void put_in_order(std::vector<recorded_step>& steps) {
  std::ranges::stable_sort(steps, {}, &recorded_step::index);
  const auto [first, last] =
      std::ranges::unique(steps, {}, &recorded_step::index);
  steps.erase(first, last);
}

} // namespace

result<actor_history> history_of(std::span<const trace_content> traces,
                                 const actor_id& actor) {
  actor_history out{actor, {}, {}};
  std::map<std::uint32_t, recorded_stay> stays;
  for (const auto& trace : traces)
    for (const auto& node : trace.nodes) {
      for (const auto& step : node.steps) {
        if (step.actor != actor)
          continue;
        auto& stay = stays[step.epoch];
        stay.node = node.node;
        stay.node_name = display_name(node);
        stay.epoch = step.epoch;
        stay.steps.push_back(step);
      }
      std::ranges::copy_if(node.lost_steps, std::back_inserter(out.lost),
                           [&](const auto& l) { return l.actor == actor; });
    }
  if (stays.empty() && out.lost.empty())
    return fail(failure_kind::not_found,
                "no steps of " + to_string(actor)
                    + " are recorded: that needs the level payloads");
  for (auto& [epoch, stay] : stays) {
    put_in_order(stay.steps);
    out.stays.push_back(std::move(stay));
  }
  std::ranges::sort(out.lost, {}, [](const step_loss& l) {
    return std::pair{l.epoch, l.first};
  });
  return out;
}

std::vector<actor_id> recorded_actors(std::span<const trace_content> traces) {
  std::set<actor_id> all;
  for (const auto& trace : traces)
    for (const auto& node : trace.nodes)
      for (const auto& step : node.steps)
        all.insert(step.actor);
  return {all.begin(), all.end()};
}

} // namespace tern
