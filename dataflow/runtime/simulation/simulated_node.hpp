#pragma once

#include "actors/simulation/network.hpp"
#include "dataflow/graph/evaluate.hpp"
#include "dataflow/runtime/plan_rounds.hpp"
#include "dataflow/runtime/plan_table.hpp"
#include "dataflow/runtime/simulation/plan_simulation.hpp"
#include "dataflow/runtime/steal_state.hpp"
#include "dataflow/runtime/steal_terms.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

namespace tern {

/// What processes of a plan tell each other of a round: what one of them has
/// (or all, to a guest that is to have a part in it).
struct simulated_news {
  plan_round round;
  std::map<node_id, census> told;
};

/// What travels: a dataflow message under the id that the plan has in the
/// sender's round, or news of a round.
struct simulated_message {
  std::uint64_t plan = 0;
  dataflow_message task;
  std::shared_ptr<const simulated_news> news;
};

/// What the nodes of one simulated run share. Node `i` has the id `i + 1`.
struct simulated_world {
  static node_id id_of(std::size_t index) noexcept {
    return node_id{index + 1};
  }
  static std::size_t index_of(node_id id) noexcept {
    return static_cast<std::size_t>(id.value - 1);
  }

  plan_simulation_options options;
  simulation::simulator sim;
  simulation::network<simulated_message> net;
  std::shared_ptr<const edge_index> edges;
  plan_view view;
  std::size_t inline_bytes = 0;
  std::uint64_t least_part = 0; ///< see read_part.hpp
  simulation::sim_time longest_kernel = 0;
  std::uint64_t measured_kernel = 0; ///< ns, what nodes take it for; 0: unknown
};

/// What the kernels of irregular graphs do, here and in `synchronous`.
task_hooks simulated_hooks();

/// A node of a simulated cluster: everything of a real one that decides (the
/// engine, the plan table, the stealing machine), and in place of its threads,
/// its link and its clock the simulator's. Two compute threads.
class simulated_node final : public task_environment {
public:
  static constexpr std::uint64_t plan_id = 1;

  simulated_node(simulated_world& world, std::size_t index);

  /// The submission has come: this node's region is made.
  void accept();
  void receive(std::size_t from, simulated_message m);
  /// Another node is there, or is taken for dead.
  void joined(std::size_t peer);
  void down(std::size_t peer);

  /// It hands over what it has, as a node that was told to end.
  void leave();

  /// An order to move a task of this node, drawn at random, somewhere.
  void move_something();

  /// Null while this node knows nothing of the plan, or waits for what the
  /// others know after a death.
  const task_engine* engine() const noexcept {
    return engine_.get();
  }
  /// Sums over all rounds.
  std::uint64_t steals() const noexcept;
  std::uint64_t migrations() const noexcept;
  /// It has no part in the plan any more.
  bool is_out() const noexcept {
    return rounds_ && rounds_->is_out();
  }
  std::uint64_t memory_used() const noexcept {
    return memory_.used();
  }

  // task_environment
  task_record& make(const block_key& key, std::uint32_t slots,
                    std::uint32_t consumers, bool mine,
                    std::uint32_t priority) override;
  void ready(task_record& r) override;
  void send(node_id to, dataflow_message m) override;
  void ended(task_record&, std::string_view) override {}
  void transition(const task_record& r, std::uint8_t event,
                  std::uint32_t argument, effect effects) override;
  void lost(node_id node) override;
  std::uint64_t mean_time(layer_id) const override {
    return world_.measured_kernel;
  }

private:
  bool is_guest() const noexcept {
    return index_ >= world_.view.places.size();
  }
  void make_engine(std::shared_ptr<const remaining_work> rest);
  void open();
  void work();
  bool start_one();
  void run(task_record& task);
  void finished(const std::shared_ptr<task_engine>& engine, task_record& task,
                block result);

  // rounds
  void on_news(node_id from, const simulated_news& news);
  void on_lent(node_id lender, const simulated_news& news);
  void end_round();
  void leave_round_without(node_id who);
  void begin_round();
  void try_next_round();
  void take_outcome(std::uint64_t low, const block& result);
  bool has_lent_to(node_id who) const;
  bool knows_more(const plan_round& round) const;
  census what_it_has() const;
  void tell(const std::vector<node_id>& whom, census what);
  void tell(const std::vector<node_id>& whom, plan_round round, census what);
  void decline(node_id lender, plan_round theirs);

  void ask(const steal_state::asks& asks);
  void on_steal_ask(node_id from, const dataflow_message& m);
  std::size_t give(const steal_state::hungry& to);
  void introduce(node_id guest);
  void answer(node_id to, std::size_t tasks);
  void offer();

  simulated_world& world_;
  std::size_t index_;
  node_id id_;
  ledger memory_{1u << 16};
  std::deque<task_record> records_; ///< before the engine, which uses them
  std::shared_ptr<task_engine> engine_;
  std::vector<std::shared_ptr<task_engine>> past_; ///< of earlier rounds
  plan_table<task_engine, dataflow_message> plans_;
  std::optional<plan_rounds> rounds_;
  std::uint64_t id_in_round_ = plan_id;
  std::map<node_id, census> told_;     ///< what the round rests on
  task_engine::blocks store_;          ///< between two rounds
  std::set<block_key> running_before_; ///< kernels of earlier rounds
  std::vector<block_run> ran_before_;
  std::vector<std::pair<node_id, std::shared_ptr<const simulated_news>>>
      early_news_;
  std::set<node_id> dead_;
  std::set<node_id> guests_; ///< that have the plan from here
  node_id lost_with_;        ///< blocks went down with it: a round is due
  steal_state stealing_;
  std::vector<task_record*> ready_;
  std::vector<node_id> introduced_;
  unsigned running_ = 0;
  bool offer_is_due_ = false;
  bool leaving_ = false;
};

} // namespace tern
