// Who runs the handlers of the actors of a host.
#include "actors/actor_runner.hpp"
#include "actors/host_impl.hpp"

#include <utility>

namespace tern {

std::uint64_t actor_host::impl::start(const instance_id& instance,
                                      std::unique_ptr<mobile_behavior> made) {
  return start(instance, caf::make_counted<actor_runner>(shared_from_this(),
                                                         std::move(made)));
}

std::uint64_t actor_host::impl::start(const instance_id& instance,
                                      caf::intrusive_ptr<actor_runner> runner) {
  const auto handle = runner->handle();
  runner->name(instance);
  std::lock_guard guard{runners_mutex_};
  runners_[instance] = std::move(runner);
  return handle;
}

void actor_host::impl::dispatch(const instance_id& to, runner_job job) {
  if (const auto runner = runner_of(to))
    runner->take(std::move(job));
}

caf::intrusive_ptr<actor_runner>
actor_host::impl::runner_of(const instance_id& instance) {
  std::lock_guard guard{runners_mutex_};
  const auto found = runners_.find(instance);
  return found == runners_.end() ? nullptr : found->second;
}

// By the bare address: this is the way of every message. The runner is still
// there. Its host gives it up in two cases:
//  - It carries out `discard`. The machine says that of an actor which is not
//    busy, so after `handled` for this very job.
//  - The host closes. Then it keeps them until all threads of the node, and all
//    runners that were at work, are out of it.
void actor_host::impl::dispatch(instruction::run& i) {
  reinterpret_cast<actor_runner*>(static_cast<std::uintptr_t>(i.runner))
      ->take(std::move(i));
}

void actor_host::impl::forget(const instance_id& instance) {
  caf::intrusive_ptr<actor_runner> gone; // its last one may be this
  std::lock_guard guard{runners_mutex_};
  if (const auto found = runners_.find(instance); found != runners_.end()) {
    gone = std::move(found->second);
    runners_.erase(found);
  }
}

actor_host::impl::runner_map actor_host::impl::end_runners() {
  std::unique_lock lock{runners_mutex_};
  auto all = std::exchange(runners_, {});
  lock.unlock();
  for (auto& [id, runner] : all) {
    enter();
    if (!runner->close())
      leave();
  }
  return all;
}

} // namespace tern
