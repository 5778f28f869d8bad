#pragma once

#include "dataflow/runtime/analysis/plan_history.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace tern {

/// An input of a task that ran, as the task's node saw it. Times are those of
/// the history.
struct seen_input {
  std::uint32_t slot = 0;
  const traced_execution* made = nullptr;
  bool told = false;                 ///< made here, or a message told of it
  std::int64_t known = 0;            ///< when the node knew that it is made
  std::int64_t there = 0;            ///< when its block was there
  std::optional<std::int64_t> asked; ///< for a block of another node
};

/// Those of `task` on `node`, by slot, of which it could have heard by `limit`.
/// Inputs that the trace does not have are left out.
std::vector<seen_input> inputs_seen(const edge_index& edges,
                                    const plan_history& history,
                                    const block_key& task, std::size_t node,
                                    std::int64_t limit);

} // namespace tern
