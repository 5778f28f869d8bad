#pragma once

// The inside of actor_host, for host*.cpp and actor_runner.cpp.

#include "actors/balance.hpp"
#include "actors/caf_job.hpp"
#include "actors/host.hpp"
#include "actors/leased_outputs.hpp"
#include "actors/mobile_codec.hpp"
#include "actors/node.hpp"
#include "actors/patient_mutex.hpp"
#include "actors/post_box.hpp"
#include "actors/run_queue.hpp"
#include "actors/timer_book.hpp"
#include "actors/view_agreement.hpp"

#include <caf/actor.hpp>
#include <caf/intrusive_ptr.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <variant>

namespace tern {

class actor_runner;
class worker_turn;

/// Work for the runner of an actor, which does one after the other.
using runner_job = std::variant<instruction::run, instruction::save,
                                instruction::restore, instruction::discard>;

/// The agreement on views asked for it.
struct view_timer {
  std::uint64_t generation = 0;
};

/// A period of the balancer is over.
struct balance_timer {
  std::uint64_t generation = 0;
};

/// Carries out what a mobility machine says, with CAF's workers for handlers
/// and the node's link for messages.
///
/// Threads: the link's loop (messages), CAF's workers (runners, timers) and
/// users'. One lock guards the machine; it is not held while instructions are
/// carried out. Nothing gets lost or doubled by that: instructions for one
/// actor that depend on each other are separated by an event of its runner.
class actor_host::impl : public std::enable_shared_from_this<impl> {
public:
  impl(node& on, mobility_options options);
  ~impl();

  void open();
  /// Waits for handlers and callbacks that run; none starts after it.
  void close();

  /// Feeds the machine and carries out what it says. What concerns the handlers
  /// of `own` is given back, for its runner to go on without a detour.
  std::optional<runner_job> apply(mobility_input event,
                                  const instance_id* own = nullptr);
  /// The same for a runner's own handler.
  std::optional<runner_job> apply(mobility_event::handled& event);
  /// Sends what left the node since it was called last.
  void flush();

  // For runners.
  node& on() noexcept {
    return node_;
  }
  /// On behalf of a pinned actor. False: there is no room.
  bool send(const actor_id& from, const actor_id& to, buffer payload);
  std::size_t room(const actor_id& from, const actor_id& to);
  result<actor_id> give_birth(const std::string& type,
                              std::unique_ptr<mobile_behavior> made);
  result<std::unique_ptr<mobile_behavior>>
  make(const std::string& type, std::span<const std::byte> state);
  void notify(move_event::kind what, const attempt_id& attempt);
  void handler_failed() noexcept {
    failed_handlers_.fetch_add(1, std::memory_order_relaxed);
  }
  void forget(const instance_id& instance);
  /// Some worker runs it soon.
  void queue(actor_runner& r);
  /// Whether some wait already.
  bool has_ready() const noexcept {
    return !ready_.empty();
  }
  /// What its jobs took a worker: run_queue::note.
  void note_time(std::uint64_t in_handlers, std::uint64_t total,
                 std::uint64_t jobs) {
    ready_.note(in_handlers, total, jobs);
  }

  // For runners, while there is a policy of balancing (host_balance.cpp).
  bool measures() const noexcept {
    return measures_.load(std::memory_order_relaxed);
  }
  bool counts_talks() const noexcept {
    return counts_talks_.load(std::memory_order_relaxed);
  }
  void count_talks(const actor_id& actor, const mail& got,
                   std::span<const outgoing_message> sent);
  void note_saved(const actor_id& actor, std::uint64_t bytes,
                  std::uint64_t frozen_at);
  void enter();
  void leave();

  /// Lets a thread of the node in, unless the host is closed.
  class gate {
  public:
    explicit gate(impl& host);
    ~gate();
    gate(const gate&) = delete;
    gate& operator=(const gate&) = delete;
    explicit operator bool() const noexcept {
      return open_;
    }

  private:
    impl& host_;
    bool open_;
  };

private:
  friend class actor_host;
  class timer_actor;
  class gateway_behavior;
  class worker;
  /// Of CAF's threads, or the link's between two rounds.
  enum class worker_kind : std::uint8_t { called, visiting };

  struct instance_hash {
    std::size_t operator()(const instance_id& i) const noexcept {
      return std::hash<actor_id>{}(i.actor) ^ i.epoch;
    }
  };
  using runner_map =
      pooled_map<instance_id, caf::intrusive_ptr<actor_runner>, instance_hash>;

  void on_incoming(incoming& m);
  void take_arrivals();
  void carry_out(mobility_outputs& out, const instance_id* own,
                 std::optional<runner_job>& mine);
  void transmit(const instruction::transmit& i);
  void receive_own(const instruction::transmit& i);
  void arm(const instruction::arm& i);
  void dispatch(const instance_id& to, runner_job job);
  static void dispatch(instruction::run& i);
  std::uint64_t start(const instance_id& instance,
                      std::unique_ptr<mobile_behavior> made);
  std::uint64_t start(const instance_id& instance,
                      caf::intrusive_ptr<actor_runner> runner);
  void give_order(const actor_id& actor, node_id target, outcome_handler done);
  void answer(const instruction::order_done& i);
  void answer(const instruction::located& i);
  runner_map end_runners();
  caf::intrusive_ptr<actor_runner> runner_of(const instance_id& instance);

  // workers (host_workers.cpp)
  void open_workers();
  void call_worker();
  void work(worker_kind kind);
  bool may_visit() const noexcept;
  static bool run(worker_turn& t, const caf::intrusive_ptr<actor_runner>& next);
  void end_workers();
  void watch();
  void on_watch();
  void start_timers();
  void end_timers();
  void arm_watch();
  void on_timers();
  void apply(std::vector<mobility_event::received>& came);
  void apply(const std::vector<mobility_timer>& due);
  template <class Events>
  void apply_all(Events& events);
  void call_timers_at(timer_book::time when, timer_book::time now);
  template <class Event>
  void handle(Event&& event, mobility_outputs& out);

  // the way to the machine (host_posts.cpp)
  template <class F>
  std::optional<runner_job> consult(F&& f, const instance_id* own = nullptr);
  bool take_posts(mobility_outputs& out);
  void post();
  void deliver_posts();
  bool send_from_gateway(const actor_id& to, buffer payload);

  // views (host_views.cpp)
  void open_views();
  using view_event =
      std::function<view_agreement::instructions(view_agreement&)>;
  void agree(const view_event& event);
  void on_view_timer(const view_timer& t);
  void carry_out(view_agreement::transmit& i);
  void carry_out(view_agreement::arm& i);
  void carry_out(view_agreement::adopted& i);
  void carry_out(view_agreement::expelled& i);
  void take_view(const view& v);
  void tell_views();
  view now();
  view takers();
  bool wait_for_view(const std::function<bool(const view&)>& holds,
                     std::chrono::steady_clock::time_point limit);

  // leaving (host_leave.cpp)
  struct emptying;
  leave_report leave_cluster(std::chrono::nanoseconds timeout);
  leave_report empty(std::chrono::steady_clock::time_point limit);
  bool order_next(const std::shared_ptr<emptying>& work, leave_report& report);
  bool depart(std::chrono::steady_clock::time_point limit);
  void say_farewell();

  // balance (host_balance.cpp)
  class balance_part;
  void open_balance();
  void balance(const balance_options& how);
  node_id place(const view& v, const std::set<node_id>& barred);
  void on_balance_timer(const balance_timer& t);
  void arm(const balance_timer& t, duration period);
  balance_measures measure();
  void add_places(balance_measures& m);
  void carry_out(const balance_orders& o);
  void on_balanced(const actor_id& actor, bool moved);

  node& node_;
  caf::actor_system& system_;
  const actor_id gateway_;

  patient_mutex mutex_; // guards the next three; see `consult`
  mobility machine_;
  recorder recorder_;
  std::vector<post_box::post> posts_taken_;

  post_box posts_; // has a lock of its own

  std::mutex types_mutex_; // guards the next one
  std::map<std::string, behavior_factory> types_;

  std::mutex views_mutex_; // before mutex_; guards the next two
  view_agreement agreement_;
  bool shared_view_ = true; // all members have it
  std::condition_variable view_changed_;

  patient_mutex runners_mutex_;
  runner_map runners_;
  run_queue<actor_runner> ready_;      // each with one reference
  caf::intrusive_ptr<caf_job> worker_; // what CAF runs, as often as called
  std::atomic<bool> watched_{false};   // `on_watch` will come
  std::vector<mobility_event::received> arrivals_; // the link thread's
  std::atomic<std::thread::id> taking_{}; // the thread in `take_arrivals`
  std::atomic<bool> unsent_{false};       // something may wait for a flush

  patient_mutex timers_mutex_; // guards the next three
  timer_book timer_book_;
  caf::actor timers_;
  caf::actor balance_timers_; // while there is a policy

  std::mutex callbacks_mutex_;
  std::map<std::uint64_t, outcome_handler> orders_;
  std::map<std::uint64_t, location_handler> queries_;
  message_handler on_message_;
  std::function<void(const actor_id&)> on_writable_;
  std::function<void(const actor_id&, std::uint64_t)> on_down_;
  move_handler on_move_;
  view_handler on_view_;
  std::vector<actor_id> services_; // that hear of views
  std::deque<view> untold_;        // views that on_view_ has not got yet
  bool is_telling_ = false;

  std::shared_ptr<balance_part> balance_;
  std::atomic<bool> measures_{false};     // there is a policy
  std::atomic<bool> counts_talks_{false}; // and it is affinity

  std::atomic<bool> leaving_{false};
  std::atomic<std::uint64_t> numbers_{0};
  std::atomic<std::uint64_t> failed_handlers_{0};

  std::mutex gate_mutex_; // guards the next three
  std::condition_variable left_;
  std::size_t inside_ = 0; // threads of the node, and runners that are late
  bool closed_ = false;
};

// At the machine.
template <class Event>
void actor_host::impl::handle(Event&& event, mobility_outputs& out) {
  if (!recorder_)
    return machine_.handle(std::forward<Event>(event), out);
  const mobility_input copy{event};
  mobility_outputs said;
  machine_.handle(std::forward<Event>(event), said);
  recorder_(copy, said);
  std::move(said.begin(), said.end(), std::back_inserter(out));
}

/// The way to the machine for all but the box itself: `f` is called with what
/// it shall fill with instructions, after everything that was posted before.
/// What the machine says is carried out when others may go to it again; what
/// concerns the handlers of `own` is given back.
template <class F>
std::optional<runner_job> actor_host::impl::consult(F&& f,
                                                    const instance_id* own) {
  leased_outputs said;
  bool has_posts = false;
  {
    std::lock_guard guard{mutex_};
    has_posts = take_posts(said.out);
    f(said.out);
    has_posts |= take_posts(said.out); // who came meanwhile did not wait
  }
  std::optional<runner_job> mine;
  carry_out(said.out, own, mine);
  if (has_posts)
    flush();
  deliver_posts();
  return mine;
}

} // namespace tern
