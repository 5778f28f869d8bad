#include "dataflow/runtime/census.hpp"

#include "actors/mix.hpp"

#include <algorithm>

namespace tern {

namespace {

// Runs whose first blocks ascend.
std::vector<block_run> joined(const std::vector<block_run>& runs) {
  std::vector<block_run> out;
  for (const auto& run : runs)
    if (!out.empty() && out.back().layer == run.layer
        && run.first <= out.back().last)
      out.back().last = std::max(out.back().last, run.last);
    else
      out.push_back(run);
  return out;
}

} // namespace

std::vector<block_run> runs_of(std::vector<block_key> keys) {
  std::sort(keys.begin(), keys.end());
  std::vector<block_run> runs;
  for (const auto& key : keys)
    runs.push_back({key.layer, key.index, key.index + 1});
  return joined(runs);
}

std::vector<block_run> union_of(std::vector<block_run> a,
                                const std::vector<block_run>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  return joined(a);
}

bool plan_round::excludes(node_id who) const noexcept {
  return std::binary_search(dead.begin(), dead.end(), who);
}

bool plan_round::exclude(node_id who) {
  const auto at = std::lower_bound(dead.begin(), dead.end(), who);
  if (at != dead.end() && *at == who)
    return false;
  dead.insert(at, who);
  return true;
}

std::uint64_t id_in_round(std::uint64_t plan,
                          const plan_round& round) noexcept {
  if (round.dead.empty())
    return plan;
  auto id = mix(plan ^ round.submitter.value);
  for (auto who : round.dead)
    id = mix(id ^ who.value);
  return id | 1; // 0 is no plan
}

} // namespace tern
