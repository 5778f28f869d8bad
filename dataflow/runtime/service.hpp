#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/crash_note.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/held_blocks.hpp"
#include "dataflow/runtime/kernel_registry.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "dataflow/runtime/plan_host.hpp"
#include "dataflow/runtime/plan_life.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/plan_table.hpp"
#include "dataflow/runtime/resource_gate.hpp"
#include "dataflow/runtime/serial_thread.hpp"
#include "dataflow/runtime/spiller.hpp"
#include "dataflow/runtime/work_sharing.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tern {

/// Takes what comes for a plan to somebody who is not one of its nodes: the
/// session that submitted it, a person who asks.
class plan_client {
public:
  virtual ~plan_client() = default;
  /// block_data, erred, down, order_moved, inspected. On a link thread or a
  /// compute thread: must not block.
  virtual void receive(dataflow_message m) = 0;
  /// plan_accepted, progress_reply.
  virtual void receive_reply(node_id from, message_kind kind,
                             const plan_reply& r) = 0;
  /// After a death: what another process of the plan has.
  virtual void receive_census(node_id, const census_message&) {}
  /// plan_copy: a plan that this one asked for; null: `from` does not have it.
  virtual void receive_copy(node_id, const plan*) {}
};

/// The dataflow part of a node: its plans, compute threads and memory.
/// Every process has one; a session's has no compute threads.
class dataflow_service {
public:
  /// `steals`: asks busy nodes for work when it is idle. `spill_directory`: as
  /// in session_options.
  dataflow_service(node& self, kernel_registry kernels, bool steals = true,
                   const std::string& spill_directory = {});
  /// Forgets all plans; waits for running kernels.
  ~dataflow_service();
  dataflow_service(const dataflow_service&) = delete;
  dataflow_service& operator=(const dataflow_service&) = delete;

  node& self() noexcept {
    return self_;
  }
  ledger& memory() noexcept {
    return memory_;
  }

  /// Sends `p` to its nodes (and to this one, if it is among them).
  /// `size`, if given: bytes of one submission.
  void submit(const plan& p, std::size_t* size = nullptr);
  /// Ends a plan everywhere.
  void forget(std::uint64_t plan_id, const plan_view& view);
  /// Tells processes of a plan what its submitter has.
  void tell(const std::vector<node_id>& whom, const census_message& m);
  /// Asks nodes for a plan, to attach to it.
  void query(std::uint64_t plan_id, std::span<const node_id> nodes);
  /// Asks nodes how far they are with a plan.
  void ask_progress(std::uint64_t plan_id, std::span<const node_id> nodes);
  /// A message to whoever owns the task `m.to`, in the name of a client. Goes
  /// out with the next `flush`, or with others.
  void send(std::uint64_t plan_id, node_id to, const dataflow_message& m);
  void flush();

  /// Messages of `plan_id` that are for `name` go to `client`, until
  /// `disconnect` has returned.
  void connect(std::uint64_t plan_id, node_id name, plan_client& client);
  void disconnect(std::uint64_t plan_id);

  /// The node is about to leave: no new plan is accepted, no work is asked for,
  /// and what the tasks of running plans have here moves to other nodes. The
  /// node is still needed while messages come by it: until its plans end or
  /// nobody is left who waits for their results.
  void leave();
  bool is_needed() const;
  /// The plans that were being accepted when `leave` was called have been, too.
  bool has_left() const noexcept {
    return handed_over_.load();
  }

  using counts_by_phase = std::map<std::string, std::uint64_t>;
  struct plan_status {
    std::uint64_t id = 0;
    std::uint64_t total = 0; ///< tasks of this node's region
    std::uint64_t done = 0;
    bool orphaned = false; ///< its submitter is gone
    std::shared_ptr<const edge_index> edges;
    /// Of each layer, what this node has done; empty: too many layers.
    std::vector<std::uint64_t> done_by_layer;
    /// Of each layer, the tasks that this node has; empty: they were not looked
    /// at, or there are too many layers.
    std::vector<counts_by_phase> actors_by_layer;
  };
  struct status {
    std::uint64_t memory_used = 0;
    std::uint64_t bytes_spilled = 0; ///< since the start
    unsigned busy = 0;               ///< compute threads that run a task
    std::uint64_t queued = 0;        ///< tasks that wait for one
    std::uint64_t tasks_run = 0;     ///< since the start
    std::vector<plan_status> plans;
    counts_by_phase actors; ///< those whose blocks somebody may still want
  };
  /// Looks at every task, so it takes some time where there are millions.
  status report() const;
  /// The same without `actors` and `actors_by_layer`: reads counters only.
  status count() const;

private:
  using bytes_view = std::span<const std::byte>;

  void listen();
  void on_task_message(incoming& in);
  void on_submit(bytes_view payload);
  void on_census(incoming& in);
  void on_query(incoming& in);
  void on_copy(incoming& in);
  void accept(plan p);
  void take_late(plan p);
  void be_guest(plan p, node_id lender);
  void decline(const plan& p, plan_round round, node_id lender);
  void send_forget(std::uint64_t plan_id, node_id to);
  void deliver(std::uint64_t plan_id, dataflow_message m);
  void answer_for_ended(std::uint64_t id, const dataflow_message& asked);
  std::shared_ptr<plan_host> host_for(std::uint64_t id, dataflow_message& m);
  void drop(std::uint64_t plan_id);
  bool is_member(node_id who) const;

  // plans and their rounds
  std::shared_ptr<plan_life> add_life(plan p);
  std::shared_ptr<plan_life> find_life(std::uint64_t plan_id) const;
  std::shared_ptr<plan_host> find_host(std::uint64_t plan_id) const;
  std::vector<std::shared_ptr<plan_life>> lives() const;
  work_sharing::open_plans open_plans() const;
  crash_note* note_for(const edge_index& edges);
  std::shared_ptr<plan_host>
  make_host(const plan_life& of, std::shared_ptr<const remaining_work> rest);
  bool open(std::uint64_t id, const std::shared_ptr<plan_host>& host);
  void receive_census(node_id from, const census_message& m);
  void tell_it_is_out(std::uint64_t plan_id, plan_round round, node_id whom);
  void on_down(const member& who);
  void read_note_of(node_id who);
  void tell_of_death(plan_life& life, node_id who);
  void keep_for_a_while(const plan_life& life);
  void ask_whether_over(std::uint64_t plan_id, node_id submitter);
  void clear_up_later();
  void clear_up();
  void trim_when_idle();
  void ask(message_kind kind, std::uint64_t plan_id,
           std::span<const node_id> nodes);
  void reply(node_id to, message_kind kind, const plan_reply& r);
  void deliver_reply(incoming& in);
  bool to_client(std::uint64_t plan_id, node_id name, dataflow_message& m);

  held_blocks::surroundings held_elsewhere();

  struct client_entry {
    node_id name;
    plan_client* client;
  };

  node& self_;
  kernel_registry kernels_;
  ledger memory_;
  spiller spiller_;
  resource_gate resources_;
  held_blocks held_;
  plan_table<plan_host, dataflow_message> plans_; ///< by id in its round
  mutable std::mutex lives_mutex_;
  std::map<std::uint64_t, std::shared_ptr<plan_life>> lives_;
  std::mutex clients_mutex_; ///< held while a client is called
  std::unordered_map<std::uint64_t, client_entry> clients_;
  // of the serial thread
  std::unordered_set<std::uint64_t> dead_;        ///< processes
  std::vector<std::shared_ptr<plan_life>> ended_; ///< with kernels that run
  struct early_census {
    node_id from;
    census_message what;
  };
  std::vector<early_census> early_; ///< for plans that are still to come
  bool clears_up_ = false;
  std::uint64_t quiet_ = 0;          ///< how often nothing was left to clear up
  std::set<node_id> notes_read_;     ///< crash notes of these
  std::unique_ptr<crash_note> note_; ///< from the first plan with calls on
  std::mutex alone_;                 ///< see plan_host
  std::atomic<bool> leaving_{false};
  std::atomic<bool> handed_over_{false};
  gate gate_;
  serial_thread slow_;    ///< expansion and clearing up, off the link threads
  serial_thread cutting_; ///< of parts of blocks
  work_sharing sharing_;
  compute_pool pool_; ///< last: its threads use all of the above
};

} // namespace tern
