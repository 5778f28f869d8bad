#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/compute_pool.hpp"
#include "dataflow/runtime/gate.hpp"
#include "dataflow/runtime/held_blocks.hpp"
#include "dataflow/runtime/kernel_registry.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "dataflow/runtime/plan_host.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/plan_table.hpp"
#include "dataflow/runtime/serial_thread.hpp"
#include "dataflow/runtime/spiller.hpp"
#include "dataflow/runtime/work_sharing.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>
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
  /// Asks nodes how far they are with a plan.
  void ask_progress(std::uint64_t plan_id, std::span<const node_id> nodes);
  /// A message to whoever owns the task `m.to`, in the name of a client.
  void send(std::uint64_t plan_id, node_id to, const dataflow_message& m);

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

  struct plan_status {
    std::uint64_t id = 0;
    std::uint64_t total = 0; ///< tasks of this node's region
    std::uint64_t done = 0;
  };
  struct status {
    std::uint64_t memory_used = 0;
    std::vector<plan_status> plans;
    std::map<std::string, std::uint64_t> actors; ///< by phase
  };
  status report() const;

private:
  using bytes_view = std::span<const std::byte>;

  void listen();
  void on_task_message(incoming& in);
  void on_submit(bytes_view payload);
  void accept(plan p);
  void be_guest(plan p, node_id lender);
  std::shared_ptr<plan_host> make_host(plan p);
  void send_forget(std::uint64_t plan_id, node_id to);
  bool open(std::uint64_t id, const std::shared_ptr<plan_host>& host);
  void deliver(std::uint64_t plan_id, dataflow_message m);
  void on_down(const member& who);
  void recover(plan_host& host, const member& guest);
  void tell_lost(node_id submitter, plan_reply r, std::size_t blocks,
                 node_id node);
  void drop(std::uint64_t plan_id);
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
  held_blocks held_;
  plan_table<plan_host, dataflow_message> plans_;
  std::mutex clients_mutex_; ///< held while a client is called
  std::unordered_map<std::uint64_t, client_entry> clients_;
  std::mutex dead_mutex_;
  std::unordered_map<std::uint64_t, std::string> dead_; ///< who was gone
  std::atomic<bool> leaving_{false};
  std::atomic<bool> handed_over_{false};
  gate gate_;
  serial_thread slow_; ///< expansion and clearing up, off the link threads
  work_sharing sharing_;
  compute_pool pool_; ///< last: its threads use all of the above
};

} // namespace tern
