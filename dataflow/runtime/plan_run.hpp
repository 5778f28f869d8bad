#pragma once

#include "dataflow/runtime/executor.hpp"
#include "dataflow/runtime/plan_rounds.hpp"
#include "dataflow/runtime/service.hpp"
#include "dataflow/runtime/stall_watch.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace tern {

/// One plan from the side of its submitter: hands it in, wants the roots one
/// window after the other, gives their blocks to the sink in order (or wants
/// all at once and gives them as they come), and forgets the plan. It owns
/// nothing that the nodes need in order to finish: a submitter that stops costs
/// the hand-over and no more. When a node dies it takes part in the next round
/// (plan_rounds.hpp): it says which roots it has, and asks for the others
/// again.
class plan_run final : public plan_client {
public:
  /// `name`: who this is for the nodes (the session's node id, or a name of its
  /// own where session and compute threads share a node). The last `kept`
  /// roots are not fetched: their blocks stay where they are, and so does the
  /// plan if it ends well.
  plan_run(dataflow_service& service, plan p, node_id name,
           std::shared_ptr<const edge_index> edges, std::size_t kept = 0);
  ~plan_run() override;

  /// Submits the plan and collects its roots. `node_died` if all nodes of the
  /// view did, `unreachable` if they took this process for dead.
  result<run_report> run(const compute_hooks& hooks);
  /// Collects the roots of a plan that is there, in place of a submitter that
  /// is dead.
  result<run_report> attach(const compute_hooks& hooks);

  const plan_view& view() const noexcept {
    return plan_.view;
  }

  /// Nodes of the view that refused because they are about to leave: without
  /// them the plan may be accepted. After `run`.
  std::vector<node_id> leaving() {
    std::lock_guard guard{mutex_};
    return leaving_;
  }

  /// A member of the cluster is gone. Any thread.
  void node_down(const member& who, const std::string& reason);

  // plan_client
  void receive(dataflow_message m) override;
  void receive_reply(node_id from, message_kind kind,
                     const plan_reply& r) override;
  void receive_census(node_id from, const census_message& m) override;

private:
  struct arrival {
    block data; ///< empty: failed
    task_failure_ptr error;
  };
  struct root {
    block_key key;
    std::size_t layer; ///< position in `layers_`
  };

  result<run_report> finish(run_report report, const compute_hooks& hooks);
  result<void> submit(run_report& report);
  result<void> wait_for_acceptance(const compute_hooks& hooks);
  result<void> collect(const compute_hooks& hooks);
  result<void> take(dataflow_message m, const compute_hooks& hooks);
  result<void> hand_over(std::size_t number, const arrival& what,
                         const compute_hooks& hooks);
  result<void> give(const root& r, const arrival& what,
                    const compute_hooks& hooks) const;
  result<void> check(const compute_hooks& hooks);
  bool is_out();
  void tell_of_deaths(const compute_hooks& hooks);
  void want_more(bool all);
  void want(std::size_t number);
  void send_to_owner(const block_key& key, const dataflow_message& m);
  void release(const block_key& key);
  // rounds
  void begin_round();
  void follow_rounds();
  std::vector<node_id> known_nodes();
  void ask_progress(const std::vector<node_id>& nodes);
  void poll_progress(const compute_hooks& hooks);
  std::uint64_t tasks_done();
  std::vector<std::uint64_t> tasks_done_by_layer();
  void watch_for_stall(const compute_hooks& hooks);
  std::string name_of(node_id who) const;
  void final_counts(run_report& report);
  root root_at(std::size_t number) const;

  dataflow_service& service_;
  plan plan_;
  node_id name_;
  std::shared_ptr<const edge_index> edges_;
  std::unique_ptr<placement> placement_; ///< null between two rounds
  std::size_t kept_;
  std::vector<layer_id> layers_;                 ///< root layers, each once
  std::vector<std::vector<std::size_t>> arrays_; ///< their arrays, by layer
  std::vector<std::size_t> firsts_; ///< number of each layer's first root
  std::size_t total_roots_ = 0;
  std::size_t wanted_ = 0;
  std::size_t handed_over_ = 0;
  std::vector<bool> has_been_given_; ///< by number of the root
  std::uint64_t wanted_bytes_ = 0;
  std::map<std::uint64_t, std::size_t> waiting_; ///< packed key -> root
  std::map<std::size_t, arrival> early_;         ///< arrived before its turn
  plan_round followed_; ///< the round that `placement_` is of
  std::size_t deaths_told_ = 0;
  std::chrono::steady_clock::time_point polled_{};
  stall_watch stalls_{std::chrono::steady_clock::now()};

  std::mutex mutex_; ///< guards what follows
  std::condition_variable changed_;
  std::deque<dataflow_message> inbox_;
  std::map<std::uint64_t, plan_reply> replies_; ///< by node
  std::set<node_id> accepted_;
  plan_rounds rounds_;
  std::set<std::uint64_t> arrived_; ///< packed keys of roots that have come, as
                                    ///< a block or as an error
  std::vector<node_id> guests_; ///< nodes outside the view, as they are named
  std::map<std::uint64_t, std::size_t> owed_; ///< progress replies, by node
  std::string refused_;
  std::vector<node_id> leaving_;
  std::vector<std::string> died_; ///< nodes of the view, with reasons
};

} // namespace tern
