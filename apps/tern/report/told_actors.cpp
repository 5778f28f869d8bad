#include "apps/tern/report/told_actors.hpp"

#include "actors/trace/task_spans.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace tern {

namespace {

/// What decides whether an actor is told of.
struct actor_sum {
  std::size_t events = 0;
  bool failed = false;
  bool moved = false;
  std::uint64_t longest = 0;
};

using actor_sums = std::unordered_map<actor_id, actor_sum>;

actor_sums sums_of(const trace_content& trace) {
  actor_sums out;
  for (const auto& n : trace.nodes) {
    for (const auto& thread : n.threads)
      for (const auto& e : thread.events) {
        const auto actor = actor_of(n, e);
        if (actor.kind() == actor_kind::none)
          continue; // of the node itself
        auto& sum = out[actor];
        ++sum.events;
        sum.failed |= e.kind == trace_kind::failed;
        sum.moved |= e.kind == trace_kind::moved;
      }
    each_task(n, [&](const task_span& s) {
      auto& longest = out[s.task].longest;
      longest = std::max(longest, s.duration());
    });
  }
  return out;
}

/// Smaller ones come first.
auto order_of(const actor_id& actor, const actor_sum& s) {
  const bool is_task = actor.kind() == actor_kind::task;
  return std::tuple{is_task, !s.failed, !s.moved, ~s.longest, ~s.events, actor};
}

} // namespace

told_actors choose_actors(const trace_content& trace, std::size_t actors,
                          std::size_t story_events, std::size_t events) {
  const auto sums = sums_of(trace);
  std::vector<const actor_sums::value_type*> all;
  for (const auto& each : sums)
    all.push_back(&each);
  std::ranges::sort(all, {}, [](const auto* each) {
    return order_of(each->first, each->second);
  });
  told_actors out;
  std::size_t told = 0;
  for (const auto* each : all) {
    const auto more = std::min(each->second.events, story_events);
    if (out.chosen.size() < actors && told + more <= events) {
      out.chosen.insert(each->first);
      told += more;
    } else {
      ++out.left_out;
    }
  }
  return out;
}

} // namespace tern
