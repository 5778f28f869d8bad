#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/plan_host.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/plan_rounds.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tern {

/// A plan on one node from its acceptance to its end, through all its rounds:
/// the shell around plan_rounds.hpp. Each round has a host of its own; between
/// two, while the others tell what they have, there is none.
///
/// The first half of the members is for one thread, the service's serial one;
/// the others are for any.
class plan_life {
public:
  /// What the service does for its plans.
  struct surroundings {
    node& self;
    compute_pool& pool;
    ledger& memory;
    /// Whether a process is known to be dead. On the serial thread.
    std::function<bool(node_id)> is_dead;
    /// A host for a round. Its kernels may outlive the round: `outcome` takes
    /// what they bring then.
    std::function<std::shared_ptr<plan_host>(
        const plan_life& of, std::shared_ptr<const remaining_work> rest)>
        make_host;
    /// Messages of the round go to its host from now on, those that wait too.
    /// False: the plan is over.
    std::function<bool(std::uint64_t id, const std::shared_ptr<plan_host>&)>
        open;
    /// No message of the round is for anybody any more.
    std::function<void(std::uint64_t id)> close;
  };

  plan_life(plan p, surroundings world);
  ~plan_life();
  plan_life(const plan_life&) = delete;
  plan_life& operator=(const plan_life&) = delete;

  // -- on the serial thread ---------------------------------------------------

  /// The first round, or that in which a lender is. False: the plan is over.
  bool start();
  /// `task` ran on a node that has died. Before `down` of it.
  void died_with(std::uint64_t task, node_id who);
  /// A process is taken for dead.
  void down(node_id who);
  /// Blocks went down with a guest.
  void lost(node_id guest);
  void receive(node_id from, const census_message& m);
  /// Hosts of earlier rounds whose kernels have ended go. True: some are left.
  bool clear_up();
  /// The plan is over; kernels may still run, until `clear_up` says otherwise.
  void retire();
  /// The same, and waits for them.
  void end();
  /// Whether this guest should follow a lender that is in `round`.
  bool is_behind(const plan_round& round) const;

  // -- on any -----------------------------------------------------------------

  std::uint64_t id() const noexcept {
    return id_;
  }
  const plan& what() const noexcept {
    return plan_;
  }
  const std::shared_ptr<const edge_index>& edges() const noexcept {
    return edges_;
  }
  bool is_guest() const noexcept {
    return guest_;
  }
  /// Null between two rounds, and where the plan goes on without this node.
  std::shared_ptr<plan_host> host() const;
  plan_round round() const;
  std::uint64_t id_of_round() const;
  plan_reply reply() const;
  /// Of a kernel that began in an earlier round.
  void take_outcome(std::uint64_t task, result<block> outcome);
  /// A copy for a node that is to have a part in it.
  plan copy() const;
  /// Nodes outside the view that have heard of it from here.
  std::vector<node_id> guests() const;

private:
  struct opened_round {
    plan_round dead_and_submitter;
    std::map<node_id, census> told;
  };

  void end_round();
  void begin_round();
  void leave_round_without(node_id who);
  void try_next_round();
  std::shared_ptr<const remaining_work>
  work_after(const plan_round& round, std::map<node_id, census> told);
  bool open(std::shared_ptr<const remaining_work> rest);
  std::optional<task_engine::remains> take_host();
  void empty_store();
  census what_it_has();
  census tell_others(census what);
  census tell(const std::vector<node_id>& whom, census what);
  bool settle(plan_host& host, std::uint64_t task, result<block>& outcome);

  const std::uint64_t id_;
  plan plan_; ///< without the graph, which is in `edges_`
  std::shared_ptr<const edge_index> edges_;
  surroundings world_;
  const bool guest_;

  std::mutex kernels_mutex_; ///< guards the next two; before `mutex_`
  std::map<std::uint64_t, result<block>> outcomes_; ///< between two rounds
  std::set<block_key> running_before_; ///< kernels of earlier rounds

  mutable std::mutex mutex_; ///< guards what follows
  plan_rounds rounds_;
  opened_round opened_;       ///< what `host_` rests on
  std::uint64_t id_of_round_; ///< of messages; still the last one's while a
                              ///< round ends
  std::shared_ptr<plan_host> host_;
  plan_reply before_; ///< counts of earlier rounds

  // of the serial thread alone
  std::set<node_id> dead_;
  task_engine::blocks store_; ///< between two rounds
  std::vector<block_run> ran_before_;
  std::map<block_key, std::set<node_id>> suspects_;
  std::vector<std::shared_ptr<plan_host>> past_;
};

} // namespace tern
