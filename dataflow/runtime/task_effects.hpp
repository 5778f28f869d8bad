#pragma once

#include "dataflow/runtime/task_engine.hpp"

#include <memory>
#include <mutex>
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

/// One event of one task: asks its state machine under the lock, then carries
/// out what it says. `event` returns effects; `m` is the message behind it, if
/// it may have to be passed on.
template <class Event>
void task_engine::apply(task_record& r, dataflow_message* m, Event&& event) {
  todo what;
  {
    std::lock_guard guard{r.lock};
    what = collect(r, event());
  }
  perform(r, std::move(what), m);
}

} // namespace tern
