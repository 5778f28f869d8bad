#pragma once

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>

namespace tern {

/// Where the blocks of roots go, and who watches. All of it is called on the
/// caller's thread.
struct synchronous_options {
  task_hooks hooks;
  /// Each block of a root, once, with its index in the layer's grid.
  std::function<result<void>(layer_id root, const shape& index, block made)>
      sink;
  /// A block of a root that cannot be made, because its task or one before it
  /// failed; the run goes on. If it is empty the first failure ends the run.
  std::function<void(layer_id root, const failure& why)> failed;
  /// After each task.
  std::function<void(std::int64_t done, std::int64_t tasks)> progress;
  /// Asked before each task; true ends the run with `cancelled`.
  std::function<bool()> cancelled;
};

struct synchronous_report {
  std::int64_t tasks = 0;
  std::size_t peak_bytes = 0; ///< of blocks alive at once
};

/// Runs the whole graph on the caller's thread in depth-first order: the
/// scheduler `synchronous`, the oracle of every other. A block is dropped with
/// its last reader. The first failure of a task (see `failed`) or of the sink
/// ends it.
result<synchronous_report> run_synchronously(const edge_index& edges,
                                             const synchronous_options& how);

} // namespace tern
