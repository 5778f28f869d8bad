#pragma once

#include "bench/timed_graph.hpp"
#include "dataflow/block/block.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tern::bench {

// Tasks that sleep, so that it does not matter how many processors there are.

/// Registers what naps are made of.
void add_naps(kernel_registry& known);

/// What a nap says of itself.
struct nap_note {
  std::int64_t pid = 0;
  std::int64_t begun = 0; ///< monotonic ns
  std::int64_t ended = 0;

  double seconds() const noexcept {
    return static_cast<double>(ended - begun) * 1e-9;
  }
};
nap_note note_in(const block& made);

/// A layer of equal naps, all of which are ready once a first task has run. Its
/// root's blocks are the notes.
graph equal_naps(std::int64_t tasks, double seconds);

/// A layer each, so that nap i belongs to place i modulo their number, and
/// nobody can know how long it takes. Each is a root.
graph single_naps(const std::vector<double>& seconds);

/// A layer for each task, which reads those that the task reads; each is a
/// root. `priorities`: of the calls, one a task.
graph linked_naps(const timed_graph& tasks,
                  const std::vector<std::int32_t>& priorities);

} // namespace tern::bench
