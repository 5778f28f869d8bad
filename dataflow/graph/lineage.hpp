#pragma once

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tern {

/// All that a block is made of, itself included, each task before those that
/// read it. `task` is needed in `edges`. Memory and time go with the tasks, so
/// the plan of a stranger may take much: fails with `refused` if they are more
/// than `most`.
result<std::vector<block_key>>
lineage_of(const edge_index& edges, const block_key& task, std::size_t most);

struct lineage_options {
  task_hooks hooks;
  /// Called right before the kernel of the asked task itself runs, with its
  /// inputs by slot.
  std::function<void(std::span<const block> inputs)> before;
};

/// Makes one block again, on the caller's thread, from the sources on: runs the
/// tasks of `lineage_of` in order and drops a block with its last reader there.
/// The bits are those of any other run. Fails as the first task that fails, or
/// as `lineage_of`.
result<block> remake(const edge_index& edges, const block_key& task,
                     const lineage_options& how);

/// More tasks than these are not run by `remake`.
inline constexpr std::size_t most_lineage_tasks = 10'000'000;

} // namespace tern
