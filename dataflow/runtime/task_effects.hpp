#pragma once

#include "dataflow/runtime/task_engine.hpp"

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace tern {

/// What the effects need of the record, taken out under its lock.
struct task_engine::todo {
  effect effects = effect::none;
  block data;
  task_failure_ptr error;
  std::unique_ptr<task_input[]> inputs;
  std::vector<node_id> wants;
  std::vector<node_id> monitors;
  std::shared_ptr<lend_body> state;
  std::uint32_t epoch = 0;
  node_index target = no_node;
};

/// Effects that need nothing of the record but itself.
constexpr bool is_plain(effect e) noexcept {
  return e == effect::none || e == effect::enqueue;
}

/// One event of one task: asks its state machine under the lock, then carries
/// out what it says. `event` returns effects; `onward()` gives the message
/// behind the event, if it has to be passed on. Most events have no effect or
/// make the task ready: those take nothing out of the record.
template <class Event, class Onward>
void task_engine::apply(task_record& r, Event&& event, Onward&& onward) {
  std::unique_lock guard{r.lock};
  const effect e = event();
  if (is_plain(e)) {
    guard.unlock();
    if (e == effect::enqueue)
      world_.ready(r);
    return;
  }
  auto what = collect(r, e);
  guard.unlock();
  if (has(e, effect::forward))
    pass_on(next_place(r, what.target), onward());
  perform(r, std::move(what));
}

template <class Event>
void task_engine::apply(task_record& r, Event&& event) {
  apply(r, std::forward<Event>(event), [] { return dataflow_message{}; });
}

} // namespace tern
