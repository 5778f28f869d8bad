#include "dataflow/runtime/replay.hpp"

#include "dataflow/runtime/recorded_transition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace tern {

namespace {

effect apply_arrival(task_state& s, task_event event, std::uint32_t argument) {
  switch (event) {
  case task_event::admit:
    return s.admit();
  case task_event::fill:
    return s.fill(argument / 2, argument % 2 != 0);
  case task_event::fill_error:
    return s.fill_error(argument / 2);
  case task_event::arrived:
    return s.arrived();
  case task_event::start:
    s.start();
    return effect::none;
  case task_event::finish:
    return s.finish();
  case task_event::fail:
    return s.fail();
  case task_event::release:
    return s.release(argument);
  case task_event::want:
    return s.want();
  case task_event::watch:
    return s.watch();
  default:
    return effect::none;
  }
}

effect apply_move(task_state& s, task_event event, std::uint32_t argument) {
  switch (event) {
  case task_event::move:
    return s.move(static_cast<node_index>(argument));
  case task_event::install:
    return s.install({argument / 16, (argument & 4) != 0, (argument & 2) != 0,
                      (argument & 1) != 0, 0},
                     (argument & 8) != 0);
  case task_event::installed:
    return s.installed(argument);
  case task_event::refused:
    return s.refused(argument);
  case task_event::location:
    return s.location(static_cast<node_index>(argument & 0xffff),
                      argument >> 16);
  case task_event::finished_elsewhere:
    return s.finished_elsewhere(argument);
  case task_event::released_elsewhere:
    return s.released_elsewhere();
  case task_event::suspect:
    return s.suspect(static_cast<node_index>(argument));
  case task_event::resume_held:
    return s.resume_held();
  case task_event::resume_running:
    return s.resume_running();
  case task_event::steal:
    return s.steal(static_cast<node_index>(argument));
  default:
    return effect::none;
  }
}

/// The transitions of one node, by task, in order of time.
std::map<actor_id, std::vector<trace_event>>
transitions_of(const node_trace& node) {
  std::map<actor_id, std::vector<trace_event>> tasks;
  for (const auto& thread : node.threads)
    for (const auto& e : thread.events)
      if (e.kind == trace_kind::transition)
        tasks[actor_of(node, e)].push_back(e);
  for (auto& [task, events] : tasks)
    std::stable_sort(events.begin(), events.end(),
                     [](const trace_event& a, const trace_event& b) {
                       return a.time < b.time;
                     });
  return tasks;
}

} // namespace

effect apply_event(task_state& state, task_event event,
                   std::uint32_t argument) {
  return event < task_event::move ? apply_arrival(state, event, argument)
                                  : apply_move(state, event, argument);
}

replay_result replay_transitions(const edge_index& edges,
                                 std::span<const node_trace> nodes) {
  replay_result out;
  for (const auto& node : nodes)
    for (const auto& [task, events] : transitions_of(node)) {
      std::unique_ptr<task_state> state;
      const auto key = unpack(task.low);
      for (const auto& e : events) {
        const auto [event, argument, there] = unpack_transition(e.argument);
        if (event == task_event::created) {
          const auto readers =
              edges.consumers(key) + (edges.is_root(key.layer) ? 1 : 0);
          state = std::make_unique<task_state>(edges.slots(key), readers,
                                               argument == 1);
          ++out.machines;
          continue;
        }
        if (!state)
          continue; // its beginning was lost with a full ring
        ++out.events;
        const auto answer = apply_event(*state, event, argument);
        if (answer != there && out.difference.empty())
          out.difference = fmt::format(
              "task {}/{} on node {}: event {} ({}) gave {:#x} there and {:#x} "
              "here, phase {}",
              key.layer, key.index, to_string(node.node),
              static_cast<int>(event), argument,
              static_cast<std::uint32_t>(there),
              static_cast<std::uint32_t>(answer), name_of(state->phase()));
      }
    }
  return out;
}

} // namespace tern
