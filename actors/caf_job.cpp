#include "actors/caf_job.hpp"

#include <caf/actor_system.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>

namespace tern {

void caf_job::put_in_queue(caf::actor_system& system) {
  intrusive_ptr_add_ref(this); // the worker's, who drops it after `resume`
  system.scheduler().enqueue(this);
}

caf::resumable::resume_result caf_job::resume(caf::execution_unit*,
                                              std::size_t) {
  work();
  return resume_result::awaiting_message; // the worker forgets it
}

} // namespace tern
