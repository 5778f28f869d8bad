#pragma once

// For host.cpp: it includes CAF.

#include "actors/host_impl.hpp"

#include <caf/event_based_actor.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(tern::runner_job)

namespace tern {

/// The CAF actor that runs one stateful actor's handlers on this node: a full
/// actor whose mailbox holds at most the few jobs that the machine gave out.
/// The actor's own mailbox is the machine's and moves with it.
class actor_runner final : public caf::event_based_actor {
public:
  /// `made` is empty when a `restore` comes first.
  actor_runner(caf::actor_config& config,
               std::shared_ptr<actor_host::impl> host,
               const instance_id& instance,
               std::unique_ptr<mobile_behavior> made);
  ~actor_runner() override;

  caf::behavior make_behavior() override;

private:
  void work(runner_job job);
  std::optional<runner_job> perform(instruction::run& job);
  std::optional<runner_job> perform(instruction::save& job);
  std::optional<runner_job> perform(instruction::restore& job);
  std::optional<runner_job> perform(instruction::discard& job);

  std::shared_ptr<actor_host::impl> host_;
  const instance_id instance_;
  std::unique_ptr<mobile_behavior> behavior_;
};

} // namespace tern
