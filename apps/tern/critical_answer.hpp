#pragma once

#include "dataflow/runtime/analysis/critical_path.hpp"
#include "dataflow/runtime/analysis/schedule_model.hpp"
#include "dataflow/runtime/analysis/traced_plan.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tern {

/// What the tasks of one layer have of a path.
struct layer_share {
  std::int64_t time = 0;
  std::uint64_t tasks = 0;
};

/// Why a plan took as long as it did. What it refers to outlives it.
struct critical_answer {
  const traced_plan& plan;
  const edge_index& edges;
  const plan_history& history;
  critical_path path;
  what_if model;
  std::map<layer_id, layer_share> layers; ///< of the path

  std::int64_t span() const noexcept {
    return history.end() - history.begin();
  }
};

inline constexpr path_part all_parts[] = {
    path_part::computing, path_part::queued, path_part::transfer,
    path_part::unknown};

critical_answer answer_of(const traced_plan& plan, const edge_index& edges,
                          const plan_history& history);

/// Those with most time first.
std::vector<std::pair<layer_id, layer_share>>
by_time(const critical_answer& answer);

/// The longest steps, up to `most`, in order of time.
std::vector<const path_step*> longest_of(const critical_path& path,
                                         std::size_t most);

/// All of it, with the longest steps up to `most`.
nlohmann::ordered_json json_of(const critical_answer& a, std::size_t most);

} // namespace tern
