#pragma once

#include "actors/trace/event.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/block/block.hpp"
#include "dataflow/runtime/kernel_registry.hpp"
#include "dataflow/runtime/view.hpp"
#include "serialization/failure.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tern {

/// Where a session's plans run. The bits of an answer do not depend on it.
enum class scheduler : std::uint8_t {
  synchronous, ///< in the caller's thread, in static order: the oracle
  threads,     ///< compute threads of this process
  processes,   ///< node processes on this host, started and stopped with it
  cluster,     ///< running nodes that it joins
};

/// The scheduler of that name (`sync` included).
std::optional<scheduler> scheduler_named(std::string_view name) noexcept;

struct session_options {
  tern::scheduler scheduler = tern::scheduler::threads;
  unsigned threads = 0;  ///< per node; 0: max(1, cores / nodes)
  unsigned nodes = 0;    ///< of `processes`; 0: one a core
  std::string join_host; ///< of `cluster`
  std::uint16_t join_port = 0;
  std::uint64_t memory = 0; ///< bytes of all nodes together; 0: no limit
  bool rotate = false;      ///< move every actor at every step
  bool trace = false;       ///< record messages and tasks
  bool record = false;      ///< and every transition of every task
  std::string executable;   ///< of node processes; empty: this program
  kernel_registry kernels;  ///< for `threads`; other nodes have their own
};

/// What a run took, counted by the nodes.
struct run_report {
  std::uint64_t plan = 0;
  double seconds = 0;
  std::uint64_t tasks = 0;
  std::uint64_t messages = 0; ///< between nodes, dataflow only
  std::uint64_t migrations = 0;
  std::uint64_t steals = 0;
  std::uint64_t bytes_moved = 0;
  std::uint64_t bytes_spilled = 0;
  std::uint64_t peak_bytes = 0; ///< of blocks, the largest sum over the nodes
  unsigned nodes = 1;
  std::uint64_t submission_bytes = 0; ///< to one node
  /// Messages sent and received, by node, in the order of the view.
  std::vector<std::uint64_t> messages_by_node;
};

/// What a caller of `compute` may hook into.
struct compute_hooks {
  /// Each block of each array, in order: number of the array, index of the
  /// block in its grid, first element, the block. A failure ends the run.
  std::function<result<void>(std::size_t array, const shape& index,
                             const shape& start, const block& data)>
      sink;
  /// Now and then: tasks done and tasks in all.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  /// Once the plan is accepted by all nodes: its id and its nodes.
  std::function<void(std::uint64_t plan, const plan_view& view)> accepted;
  /// Asked now and then; true ends the run with `cancelled`.
  std::function<bool()> cancelled;
};

/// A place to compute arrays. Not thread-safe: one computation at a time. It
/// has to end before `main` returns: below it is CAF, whose static objects must
/// still be there.
///
/// ```cpp
/// auto s = tern::session::open({.scheduler = tern::scheduler::threads});
/// auto x = tern::ones({1000, 1000});
/// auto r = (*s)->compute(x.reduce(tern::reduction::sum, {}));
/// ```
class session {
public:
  /// Starts or joins what the scheduler needs. Fails with `unreachable`, `io`
  /// or `refused` and the address.
  static result<std::unique_ptr<session>> open(session_options options);
  /// Leaves; ends the nodes that it started.
  virtual ~session() = default;

  /// Computes arrays, optimised together. A task that failed gives its
  /// failure, the first in the static order if there are several; a node that
  /// died gives `node_died` and its name.
  virtual result<run_report> compute(std::span<const array> arrays,
                                     const compute_hooks& hooks) = 0;

  /// Computes a graph as it is.
  virtual result<run_report> compute(graph work,
                                     const compute_hooks& hooks) = 0;

  /// What the nodes recorded since the last call (`options.trace`).
  virtual result<std::vector<node_trace>> traces() = 0;
};

} // namespace tern
