#pragma once

#include "dataflow/runtime/analysis/plan_history.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace tern {

/// What two runs may do differently with a task.
enum class task_aspect : std::uint8_t {
  outcome, ///< it ended well, in an error, or never
  count,   ///< how often it ran
  place,   ///< on which node it ran last
  order,   ///< in which order its inputs came there
};
inline constexpr std::size_t task_aspects = 4;

std::string_view name_of(task_aspect aspect) noexcept;

/// What became of a task in one run, without times.
struct task_account {
  std::size_t count = 0;
  bool failed = false;
  std::size_t node = 0;                   ///< number of the node, see below
  std::vector<std::uint32_t> order;       ///< slots of its inputs as they came
  const traced_execution* last = nullptr; ///< null: it never ran

  bool differs(const task_account& other, task_aspect in) const;
};

/// A task with which two runs did different things.
struct task_difference {
  block_key task;
  task_aspect what = task_aspect::outcome; ///< the first that differs
  task_account a;
  task_account b;
};

/// One run of a plan. Both outlive the comparison.
struct compared_run {
  const plan_history& history;
  std::span<const std::size_t> numbers; ///< of its nodes: equal where both runs
                                        ///< have a node in the same part
};

struct plan_difference {
  std::size_t tasks = 0; ///< that ran in one of the runs
  std::array<std::size_t, task_aspects> differing{}; ///< tasks, by aspect
  /// Of the tasks that differ while nothing that they depend on does, the one
  /// that began first in the first run; those that ran in one run only come
  /// last.
  std::optional<task_difference> first;
};

/// Compares two runs of the plan with these edges, as far as `heeded` says
/// which aspects count.
plan_difference compare_runs(const edge_index& edges, const compared_run& a,
                             const compared_run& b,
                             const std::array<bool, task_aspects>& heeded);

/// The first layer, by number, that two plans do not share; one beyond the last
/// of the shorter one, if that is how they differ. Arrays that other plans hold
/// are taken for the same.
std::optional<layer_id> first_other_layer(const graph& a, const graph& b);

} // namespace tern
