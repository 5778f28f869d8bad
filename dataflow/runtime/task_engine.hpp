#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/graph/read_part.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "dataflow/runtime/message.hpp"
#include "dataflow/runtime/node_table.hpp"
#include "dataflow/runtime/placement.hpp"
#include "dataflow/runtime/region.hpp"
#include "dataflow/runtime/task_record.hpp"
#include "dataflow/runtime/view.hpp"

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tern {

/// What the engine asks of the world around it: the runtime answers with lean
/// actors, compute threads and the link, the simulator with a virtual network.
class task_environment {
public:
  virtual ~task_environment() = default;

  /// Memory for a new task on this node; lives until the plan is forgotten.
  virtual task_record& make(const block_key& key, std::uint32_t slots,
                            std::uint32_t consumers, bool mine,
                            std::uint32_t priority) = 0;
  /// `r` is ready: somebody has to `begin` it.
  virtual void ready(task_record& r) = 0;
  /// To another node; may come late, in any order, twice.
  virtual void send(node_id to, dataflow_message m) = 0;
  /// The actor's end: "released", "erred", or "moved" for a node that was not
  /// the owner.
  virtual void ended(task_record& r, std::string_view reason) = 0;
  /// One event of one state machine and what it answered, for recording.
  virtual void transition(const task_record& r, std::uint8_t event,
                          std::uint32_t argument, effect effects) = 0;
  /// Blocks of this node's tasks went down with `node`, and their inputs are
  /// gone: the round is to end.
  virtual void lost(node_id node) = 0;
  /// Mean time of the layer's kernels on this node, in ns; 0: not known yet.
  virtual std::uint64_t mean_time(layer_id layer) const = 0;
  /// Does what takes too long for a link thread, soon.
  virtual void aside(std::function<void()> f) {
    f();
  }
  /// Whether the block can be read without waiting for a disk.
  virtual bool is_at_hand(const block&) const {
    return true;
  }
  /// Whether a ready task waits for resources that others use.
  virtual bool waits_for_resources(const task_record&) const {
    return false;
  }
  /// Of a task's kernel; none: no thread is at it.
  virtual std::optional<execution> execution_of(const task_record&) const {
    return {};
  }
};

struct steal_terms;

/// The events of a task_state, as they are recorded.
enum class task_event : std::uint8_t {
  created = 1, ///< argument: 1 if mine
  admit,
  fill, ///< argument: slot * 2 + here
  fill_error,
  arrived,
  start,
  finish,
  fail,
  release,
  want,
  watch,
  move,    ///< argument: target
  install, ///< see install_argument
  installed,
  refused,
  location, ///< argument: epoch * 65536 + node
  finished_elsewhere,
  released_elsewhere,
  suspect,
  steal, ///< argument: thief
  resume_held,
  resume_running,
};

/// The argument of `install`: epoch * 16 + lender lost, block, moved as task,
/// as block. How often a task was stolen changes no answer of its machine.
constexpr std::uint32_t install_argument(const task_snapshot& s,
                                         bool lender_lost) noexcept {
  return s.epoch * 16 + (lender_lost ? 8u : 0u) + (s.holds_block ? 4u : 0u)
         + (s.moved_as_task ? 2u : 0u) + (s.moved_as_block ? 1u : 0u);
}

/// A message that was passed on this often is dropped: it chases a task that
/// moves faster than messages do.
inline constexpr std::uint32_t max_hops = 64;

/// What a node has done for a plan.
struct engine_counters {
  std::atomic<std::uint64_t> tasks_done{0};
  std::atomic<std::uint64_t> messages{0};   ///< sent and received
  std::atomic<std::uint64_t> migrations{0}; ///< states sent and installed
  std::atomic<std::uint64_t> bytes_moved{0};
  std::atomic<std::uint64_t> steals{0}; ///< tasks given to idle nodes
  std::atomic<std::uint64_t> dropped{0};
  std::atomic<std::uint64_t> recomputed{0}; ///< had run before a death
};

/// One plan on one node: its region's tasks, and every rule for what a message
/// does to them. Holds no thread, clock or socket; several threads may call.
///
/// The work of a task (running its kernel) is the caller's: `begin` gives the
/// inputs, `finish` or `fail` takes the outcome.
class task_engine {
public:
  struct options {
    bool rotate = false; ///< move every actor at every step
    bool record = false; ///< call `transition`
    /// Blocks up to this size travel inside `have`; larger ones are announced.
    std::size_t inline_bytes = inline_limit;
    std::uint64_t least_part = least_part_bytes; ///< see read_part.hpp
    /// False: this node cannot run the plan's tasks and refuses all of them.
    bool takes_tasks = true;
    /// What this node has for tasks that need it. Those that need more wait
    /// here for a node that has it, and are taken from nobody.
    resource_counts resources{};
    task_faults faults{};
  };

  /// Blocks by packed key.
  using blocks = std::unordered_map<std::uint64_t, block>;

  /// What a node had when a round of its plan ended.
  struct remains {
    census told;
    blocks held; ///< what `told.held` names
  };

  /// `self`: a node of the view, or a guest: that has no region, and the tasks
  /// that are lent to it. `rest`: after a death, what is left of the plan.
  task_engine(std::shared_ptr<const edge_index> edges, plan_view view,
              node_id self, options how, ledger& memory,
              task_environment& world,
              std::shared_ptr<const remaining_work> rest = nullptr);
  ~task_engine();

  /// Makes the actors of this node's region. `held`: blocks of the round
  /// before, of which it keeps those that are this node's to keep.
  void expand(const blocks& held = {});
  /// Says what was kept to those who read it. After `expand`, once messages
  /// may come.
  void announce_kept();

  /// Ends the round: what has happened so far counts, nothing that comes does
  /// any more. Kernels that run go on; their outcome is for the next round.
  /// Any thread, once.
  remains freeze();

  /// A message from another node; what is for a task elsewhere goes on.
  void receive(dataflow_message m);

  /// The source with the lowest priority that has not fired, if the ledger
  /// gives it memory (or `must_progress`); it counts as ready.
  task_record* next_source(bool must_progress);
  /// Priority of that source, or the largest number.
  std::uint32_t source_priority() const noexcept;
  /// Bytes of its block; 0: there is none.
  std::uint64_t source_bytes() const;

  /// The inputs of a ready task, by slot; nothing if it is not ready any more.
  std::optional<std::vector<block>> begin(task_record& r);
  /// False: the round has ended, and the outcome was not taken.
  bool finish(task_record& r, block&& result);
  bool fail(task_record& r, failure&& why);
  /// Whether a kernel of an earlier round makes the task's block.
  bool waits_for_kernel(task_record& r) const;
  /// The record of a task that this node owns or was lent, or null.
  task_record* find(std::uint64_t task) const {
    return region_.find(*edges_, task);
  }

  /// f(block, next) for each block that is in this memory and no running task
  /// reads: `next` is the priority of the first task of this region that will
  /// read it; the largest number if others do, or nobody.
  void each_idle_block(
      const std::function<void(const block&, std::uint32_t next)>& f) const;

  /// The block of a task, if this node holds it; else empty.
  block held(std::uint64_t task) const;

  /// Orders the task to move; false where it cannot (it runs elsewhere, is at
  /// its end, the target lacks what it needs, ...). A running task moves when
  /// it is done, as a block.
  bool move(const block_key& key, node_index target);
  /// Gives work to a thief within `terms`: of these ready tasks, and of the
  /// sources whose turn has not come. Returns the ready ones that stay. One
  /// call at a time.
  std::vector<task_record*> give(const std::vector<task_record*>& ready,
                                 steal_terms& terms);
  /// The same of ready tasks only: such as wait for resources.
  std::vector<task_record*> give_ready(const std::vector<task_record*>& ready,
                                       steal_terms& terms);
  /// Sources whose turn has not come, about.
  std::size_t sources_left() const noexcept;
  /// `node` is suspected dead: what this node has lent to it comes back, and
  /// what is still asked for is asked of the owners.
  void suspect(node_id node);
  /// This node is about to leave the cluster. It takes no more tasks and hands
  /// its own to the other nodes of the view, as far as they have the memory.
  /// Sources wait for whoever asks for work, since nobody has granted them
  /// memory yet; the blocks of those that run here move on when they are made.
  /// Until the plan ends the node passes on what comes for its region.
  void leave();

  const edge_index& edges() const noexcept {
    return *edges_;
  }
  const placement& where() const noexcept {
    return placement_;
  }
  const plan_view& view() const noexcept {
    return view_;
  }
  node_index me() const noexcept {
    return me_;
  }
  /// Whom this node knows to have a part in the plan.
  const node_table& nodes() const noexcept {
    return nodes_;
  }
  bool is_guest() const noexcept {
    return nodes_.is_guest(me_);
  }
  const engine_counters& count() const noexcept {
    return counters_;
  }
  /// Blocks that this node has asked for and not got yet.
  std::size_t fetching() const;
  const region& tasks() const noexcept {
    return region_;
  }
  /// Tasks of this node's region.
  std::int64_t owned() const noexcept {
    return region_.owned();
  }

private:
  struct todo;

  /// Who asks for a block.
  struct request {
    node_id asker;
    std::uint32_t hops = 0;
    std::uint64_t stamp = 0; ///< of the asker's
    part_reader part = {};   ///< for whom
  };
  /// A part of a block of another node.
  struct part_key {
    std::uint64_t producer = 0; ///< packed
    part_reader reader;

    friend auto operator<=>(const part_key&, const part_key&) = default;
  };

  // events that several paths share
  void fill(task_record& r, std::uint32_t slot, task_input&& in,
            std::uint32_t hops = 0);
  void release(task_record& r, std::uint32_t ordinal, std::uint32_t hops = 0);
  void want(task_record& r, const request& by);
  void monitor(task_record& r, node_id asker, std::uint32_t hops = 0);
  template <class Event, class Onward>
  void apply(task_record& r, Event&& event, Onward&& onward);
  template <class Event>
  void apply(task_record& r, Event&& event);
  bool goes_inside(const task_input& in) const;
  dataflow_message have_of(const task_input& in, std::uint64_t to,
                           std::uint32_t slot) const;
  effect rotate(task_record& r, effect e);
  task_record& make(const block_key& key, std::uint32_t slots,
                    std::uint32_t readers, std::uint32_t priority);
  void resume(task_record& r, const blocks& held);
  void drop_everything();
  effect depart(task_record& r, effect e);
  effect send_off(task_record& r, effect e);
  node_index next_host(const task_record& r);
  bool can_run(layer_id layer) const;
  bool may_go(const task_record& r, node_index target) const;
  bool takes_tasks() const noexcept {
    return how_.takes_tasks && !leaving_.load(std::memory_order_relaxed);
  }
  void note(const task_record& r, task_event event, std::uint32_t argument,
            effect e) const {
    if (how_.record)
      world_.transition(r, static_cast<std::uint8_t>(event), argument, e);
  }

  // carrying out effects
  todo collect(task_record& r, effect e);
  void perform(task_record& r, todo&& what);
  void tell_owner(const task_record& r, const todo& what, message_kind kind);
  void lend(const task_record& r, todo& what);
  void deliver(const task_record& r, const block& data);
  void deliver_error(const task_record& r, const task_failure_ptr& error);
  void tell_consumers(std::uint64_t task, const task_failure_ptr& error);
  void drop_inputs(std::uint32_t slots, std::unique_ptr<task_input[]> inputs,
                   bool send_releases);
  void fetch(task_record& r);
  void ask(const far_block& f, node_index holder);
  void send_want(node_index to, std::uint64_t producer, part_reader part);
  bool suspect(task_record& r, node_index node);
  void locate(task_record& r, const dataflow_message& m);
  void expect_from_owners(task_record& r, node_index suspected);
  void ask_owners();
  void answer(const task_record& r, const request& by, const block& data,
              const task_failure_ptr& error);
  void end(task_record& r, const todo& what);

  // lending
  void receive_lend(dataflow_message& m);
  bool has_had(std::uint64_t low, std::uint32_t epoch) const;
  task_record* record_for_guest(std::uint64_t low, const lend_body& body);
  void install_parts(task_record& r, const lend_body& body);
  std::shared_ptr<lend_body> state_of(task_record& r);
  void forward_absorbed(const task_record& r, const todo& what);
  effect lending_event(task_record& r, const dataflow_message& m);
  bool is_willing(node_index thief) const;
  bool steal(task_record& r, node_index thief, steal_terms& terms);
  bool is_stealable(task_record& r) const;
  void give_sources(node_index thief, steal_terms& terms);
  std::uint64_t bytes_to_move(task_record& r, node_index thief) const;
  void order(task_record& r, dataflow_message& m);
  void inspect(task_record& r, dataflow_message& m);
  resource_lack lack_of(const task_record& r) const;
  void name_missing_input(const task_record& r, dataflow_message& to) const;

  // blocks that other nodes hold
  std::shared_ptr<far_block> far(std::uint64_t key, part_reader reader);
  bool reads_part(std::uint64_t producer, part_reader reader) const;
  void answer_with_part(const request& by, dataflow_message whole);
  block part_or_all(const block& data, std::uint64_t producer,
                    part_reader reader) const;
  void forget_far(std::shared_ptr<far_block> f);
  void arrived(const dataflow_message& m);
  void arrived(const std::shared_ptr<far_block>& f, const block& data);
  void arrived_for(task_record& r, std::uint32_t slot,
                   const std::shared_ptr<far_block>& f, const block& data);
  task_input input_of(std::uint64_t producer, std::uint32_t ordinal,
                      part_reader reader, node_index holder, block data,
                      task_failure_ptr error);

  // routing
  void send(node_index to, dataflow_message m);
  void send(node_id to, dataflow_message m);
  void dispatch(dataflow_message&& m);
  void dispatch_to(task_record& r, dataflow_message& m);
  void pass_on(node_index to, dataflow_message m);
  bool is_task(std::uint64_t low) const;
  node_index next_place(const task_record& r, node_index target) const;
  task_record* find_or_pass_on(dataflow_message& m);

  std::shared_ptr<const edge_index> edges_;
  plan_view view_;
  std::shared_ptr<const remaining_work> rest_; ///< null before the first death
  placement placement_;
  node_table nodes_;
  node_index me_;
  options how_;
  ledger& memory_;
  task_environment& world_;
  region region_;
  std::atomic<std::size_t> next_source_{0};
  std::atomic<std::size_t> source_end_{0}; ///< those behind were given away
  std::atomic<bool> leaving_{false};
  std::atomic<bool> frozen_{false};
  std::atomic<std::size_t> sent_off_{0}; ///< so many: in turn to each node
  mutable std::mutex far_mutex_;         ///< guards the next four
  std::unordered_set<std::uint64_t> asked_;
  std::unordered_map<std::uint64_t, std::weak_ptr<far_block>> far_;
  std::set<part_key> asked_parts_;
  std::map<part_key, std::weak_ptr<far_block>> far_parts_;
  engine_counters counters_;
};

} // namespace tern
