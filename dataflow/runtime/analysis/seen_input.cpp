#include "dataflow/runtime/analysis/seen_input.hpp"

namespace tern {

std::vector<seen_input> inputs_seen(const edge_index& edges,
                                    const plan_history& history,
                                    const block_key& task, std::size_t node,
                                    std::int64_t limit) {
  std::vector<seen_input> inputs;
  edges.each_input(task, [&](std::uint32_t slot, const block_key& from) {
    seen_input in;
    in.slot = slot;
    in.made = history.last_of(from, limit);
    if (!in.made)
      return;
    const bool here = in.made->node == node;
    const auto heard = history.heard(from, task, node);
    in.told = here || heard.has_value();
    in.known = here ? in.made->ended : heard.value_or(in.made->ended);
    in.there = in.known;
    const auto* way = here ? nullptr : history.journey(from, node);
    if (way && way->arrived && *way->arrived >= in.known
        && *way->arrived <= limit) {
      in.there = *way->arrived;
      in.asked = way->asked;
      in.told = true;
    }
    inputs.push_back(in);
  });
  return inputs;
}

} // namespace tern
