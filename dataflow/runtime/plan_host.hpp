#pragma once

#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/held_call.hpp"
#include "dataflow/runtime/kernel_registry.hpp"
#include "dataflow/runtime/layer_times.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/resource_gate.hpp"
#include "dataflow/runtime/spiller.hpp"
#include "dataflow/runtime/steal_terms.hpp"
#include "dataflow/runtime/task_actor.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace tern {

class crash_note;
class node;

/// A plan on a real node: lean actors for the engine's tasks, compute threads
/// that run their kernels, the link for what goes to other nodes.
class plan_host final : public task_environment,
                        public runnable_plan,
                        public std::enable_shared_from_this<plan_host>,
                        private task_mail {
public:
  /// What the service lends to its plans.
  struct surroundings {
    node& self;
    compute_pool& pool;
    ledger& memory;
    spiller& spill;
    resource_gate& resources;
    const kernel_registry& kernels;
    /// Blocks of other plans; see held_blocks.
    std::function<void(const held_call& from, std::int64_t index,
                       std::function<void(result<block>)> then)>
        held;
    /// Takes messages to somebody in this process who is not a node (a
    /// session's collector); false: nobody of that name is here.
    std::function<bool(node_id to, dataflow_message& m)> local;
    /// An answer of this plan to somebody on this node.
    std::function<void(dataflow_message m)> here;
    /// True once there is another node that may want work: kernels are timed.
    const std::atomic<bool>* timed = nullptr;
    /// Where those who live longer read what ran here; null: nowhere.
    crash_note* note = nullptr;
    /// Held while a function runs with which nodes have died.
    std::mutex* alone = nullptr;
    /// Blocks of this plan went down with a node outside its view.
    std::function<void(node_id node)> lost;
    /// The outcome of a kernel that was under way when the round ended.
    std::function<void(std::uint64_t task, result<block> outcome)> late;
    /// Does what takes too long for a link thread, on another one.
    std::function<void(std::function<void()>)> aside;
    /// The plan as it is now, for a node that takes work of it.
    std::function<plan()> copy;
  };

  /// `id_of_round`: what messages of this round call the plan. `rest`: null in
  /// the first round.
  plan_host(const plan& p, std::shared_ptr<const edge_index> edges,
            std::uint64_t id_of_round,
            std::shared_ptr<const remaining_work> rest, surroundings world);
  ~plan_host() override;

  /// The plan is over: no task of it runs or will run once this returns.
  void close();
  /// The round is over: no further task of it will run.
  task_engine::remains withdraw();
  /// What its kernels bring is of use to nobody.
  void abandon() noexcept {
    abandoned_.store(true, std::memory_order_relaxed);
  }
  /// No kernel of it runs any more.
  bool is_quiet() const noexcept {
    return !world_.pool.is_active(*this);
  }

  task_engine& engine() noexcept {
    return engine_;
  }
  std::uint64_t id() const noexcept {
    return id_;
  }
  plan_reply reply() const;

  /// Gives work to an idle node, and the plan itself to one that is not in its
  /// view; how many tasks went. One call at a time.
  std::size_t give(steal_terms& terms);

  // runnable_plan
  void run(task_record& task) override;
  task_record* next_source(bool must_progress) override;
  bool make_room() override;
  std::uint32_t source_priority() const noexcept override;
  bool waits_for_blocks() const noexcept override;

private:
  bool has_work_to_give() const;
  std::vector<std::byte> introduction(node_id thief);
  tl::unexpected<failure> beyond_limit(const failure& why) const;
  result<block> run_kernel(const task_record& task,
                           std::span<const block> inputs);
  result<block> run_call(const task_record& task, std::span<const block> inputs,
                         spiller::room& room, resource_grant& grant);
  void run(task_record& task, resource_grant& grant);
  void run_here(task_record& task, std::vector<block> inputs,
                resource_grant& grant);
  std::size_t give_waiting(steal_terms& terms);
  void fetch_held(task_record& task, const held_call& from);
  void take_outcome(task_record& task, result<block> outcome);

  // task_environment
  task_record& make(const block_key& key, std::uint32_t slots,
                    std::uint32_t consumers, bool mine,
                    std::uint32_t priority) override;
  void ready(task_record& r) override;
  void send(node_id to, dataflow_message m) override;
  void ended(task_record& r, std::string_view reason) override;
  void transition(const task_record& r, std::uint8_t event,
                  std::uint32_t argument, effect effects) override;
  void aside(std::function<void()> f) override;
  bool is_at_hand(const block& data) const override;
  void lost(node_id node) override;
  std::uint64_t mean_time(layer_id layer) const override {
    return times_.mean(layer);
  }
  bool waits_for_resources(const task_record& r) const override {
    return world_.resources.is_waiting(r);
  }
  std::optional<execution> execution_of(const task_record& r) const override {
    return world_.pool.execution_of(r);
  }
  // task_mail
  bool receive_bytes(std::span<const char> bytes) override;

  actor_id name_of_task(const task_record& r) const noexcept {
    return {id_, r.low};
  }

  std::uint64_t id_;
  std::uint64_t id_of_round_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> abandoned_{false};
  surroundings world_;
  std::vector<std::optional<held_call>> held_; ///< by layer
  std::vector<bool> is_call_; ///< by layer: of a function of somebody's own
  std::shared_ptr<const remaining_work> rest_;
  std::atomic<std::size_t> awaited_{0}; ///< blocks of other plans
  task_hooks hooks_;
  layer_times times_;
  const std::uint64_t spilled_before_;
  std::vector<node_id> introduced_; ///< guests that have the plan from here
  lean_arena<task_actor> arena_; ///< before the engine, which uses its actors
  task_engine engine_;
};

} // namespace tern
