#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "dataflow/runtime/link_speeds.hpp"
#include "dataflow/runtime/message.hpp"
#include "dataflow/runtime/plan_host.hpp"
#include "dataflow/runtime/resource_gate.hpp"
#include "dataflow/runtime/serial_thread.hpp"
#include "dataflow/runtime/steal_state.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

namespace tern {

/// Brings work from busy nodes to idle ones: the shell around `steal_state` on
/// a real node. It listens to the compute threads, sends and answers questions,
/// and lets the plans give what pays. All members: any thread, none waits for
/// another node.
class work_sharing final : public load_watcher {
public:
  using open_plans =
      std::vector<std::pair<std::uint64_t, std::shared_ptr<plan_host>>>;

  struct surroundings {
    node& self;
    compute_pool& pool;
    ledger& memory;
    resource_gate& resources;
    serial_thread& slow; ///< offers are made there
    const gate& open;    ///< of the service
    std::function<open_plans()> plans;
    /// Tasks of the plan went to `thief`.
    std::function<void(std::uint64_t plan, node_id thief)> given;
    bool steals = true; ///< false: it gives, and takes only what it is sent
  };

  explicit work_sharing(surroundings world);

  /// True once there are others that may want work.
  const std::atomic<bool>& has_peers() const noexcept {
    return has_peers_;
  }

  /// From now on it only gives.
  void stop_asking();

  void receive(node_id from, const dataflow_message& m);
  void joined(const member& who);
  void left(const member& who);
  /// A block that was asked for with `stamp` has come.
  void arrived(node_id from, std::uint64_t bytes, std::uint64_t stamp);

  // load_watcher
  void idle() override;
  void busy() override;
  void surplus() override;

private:
  template <class Event>
  void ask_after(Event&& event);
  void send(const steal_state::asks& asks);
  void answer(node_id to, std::size_t tasks);
  std::size_t give(const steal_state::hungry& to);
  void offer();
  void offer_later();
  bool blocks_are_coming() const;
  resource_counts resources_of(node_id who) const;

  surroundings world_;
  link_speeds speeds_;
  std::mutex mutex_; ///< guards the next two
  steal_state state_;
  std::mt19937_64 random_;
  std::mutex giving_; ///< one gift at a time
  std::atomic<bool> has_peers_{false};
  std::atomic<bool> working_{true};
  std::atomic<bool> only_gives_{false};
  std::atomic<std::uint64_t> next_round_{0}; ///< monotonic ns
  std::atomic<bool> offer_is_due_{false};
};

} // namespace tern
