#pragma once

#include "actors/trace/event.hpp"
#include "actors/trace/trace_pump.hpp"
#include "actors/trace/trace_record.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/block/block.hpp"
#include "dataflow/graph/memory_need.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/session_options.hpp"
#include "dataflow/runtime/view.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// What a caller of `compute` may hook into.
struct compute_hooks {
  /// Each block of each array, in order (or, if `any_order`, as they come):
  /// number of the array, index of the block in its grid, first element, the
  /// block. A failure ends the run.
  std::function<result<void>(std::size_t array, const shape& index,
                             const shape& start, const block& data)>
      sink;
  bool any_order = false;
  /// A block that cannot be made comes here instead, and the run goes on. If
  /// nobody takes it the first one, in order, ends the run.
  std::function<void(std::size_t array, const failure& why)> failed;
  /// Now and then: tasks done and tasks in all.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  /// The same by layer, before each call of `progress`: tasks done of each
  /// layer of the plan. Not for more than `most_told_layers`, nor by
  /// `synchronous`.
  std::function<void(const edge_index& plan,
                     std::span<const std::uint64_t> done)>
      layer_progress;
  /// Once the plan is accepted by all nodes: its id and its nodes.
  std::function<void(std::uint64_t plan, const plan_view& view)> accepted;
  /// A node of the plan has died, with its name and why. The plan goes on.
  std::function<void(const std::string& what)> died;
  /// Nothing was done for some time: why, in words. The plan goes on.
  std::function<void(const std::string& what)> stalled;
  /// Asked now and then; true ends the run with `cancelled`.
  std::function<bool()> cancelled;
};

/// Arrays whose blocks stay where they were made.
struct held_arrays {
  std::uint64_t plan = 0;
  std::vector<layer_id> layers; ///< of the plan, one an array
  std::vector<node_id> nodes;   ///< that know where the blocks are
  run_report report;
};

/// What a computation will take, known before it runs.
struct plan_projection {
  memory_need need; ///< by node, in the order of the view
  /// The smallest limits of all nodes together with which it runs: as it is,
  /// and if nothing could be spilled.
  std::uint64_t smallest_memory = 0;
  std::uint64_t smallest_without_disk = 0;
};

/// What carries plans out, by one of the schedulers: blocks come to the hooks
/// as they are made. `tern::session` (dataflow/api/session.hpp) is what a user
/// sees of it. Any thread may call; `synchronous` computes one thing after the
/// other. It has to end before `main` returns: below it is CAF, whose static
/// objects must still be there.
class executor {
public:
  /// Starts or joins what the scheduler needs. Fails with `unreachable`, `io`
  /// or `refused` and the address.
  static result<std::unique_ptr<executor>> open(session_options options);
  /// Leaves; ends the nodes that it started.
  virtual ~executor() = default;

  /// Computes arrays, optimised together. A task that failed gives its
  /// failure, the first in the static order if there are several. A node that
  /// dies costs what only it had; if all do, that gives `node_died` and the
  /// name of the last.
  virtual result<run_report> compute(std::span<const array> arrays,
                                     const compute_hooks& hooks) = 0;

  /// What `compute` of these arrays would take.
  virtual plan_projection project(std::span<const array> arrays) = 0;

  /// Computes a graph as it is.
  virtual result<run_report> compute(graph work,
                                     const compute_hooks& hooks) = 0;

  /// Computes arrays and keeps their blocks, of all elements, until `drop`.
  virtual result<held_arrays> hold(std::span<const array> arrays) = 0;
  virtual void drop(std::uint64_t plan) = 0;

  /// A plan that a cluster has, for `attach`. Fails with `not_found`.
  virtual result<plan> find_plan(std::uint64_t id) = 0;
  /// The results of a plan whose submitter has died, in its place; what it had
  /// fetched is made again. Waits until the nodes know of the death; `refused`
  /// if the submitter lives.
  virtual result<run_report> attach(plan p, const compute_hooks& hooks) = 0;

  /// What the nodes recorded since the last call (`options.trace`).
  virtual result<std::vector<node_trace>> traces() = 0;
  /// Brings `options.trace_file` up to now. Fails with `io` and the path.
  virtual result<trace_totals> write_trace() = 0;
  /// The plans that were submitted since then (the last 60 MB of them), as
  /// `decode_plan` reads them; without words (`options.trace`).
  virtual std::vector<trace_plan> traced_plans() = 0;
};

} // namespace tern
