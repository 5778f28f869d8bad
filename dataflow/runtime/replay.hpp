#pragma once

#include "actors/trace/event.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace tern {

/// What came of feeding recorded events to fresh state machines.
struct replay_result {
  std::uint64_t machines = 0; ///< tasks, each visit to a node by itself
  std::uint64_t events = 0;
  std::string difference; ///< the first; empty: none
};

/// One event of a task_state: applies it and gives its effects. `argument` as
/// in task_event. `created` is not an event of a machine.
effect apply_event(task_state& state, task_event event, std::uint32_t argument);

/// Feeds every transition that real nodes recorded (a plan with
/// `record = true`) to state machines of this process, in the recorded order,
/// and compares what they answer with what was answered there.
replay_result replay_transitions(const edge_index& edges,
                                 std::span<const node_trace> nodes);

} // namespace tern
