#pragma once

#include "actors/census.hpp"
#include "actors/directory.hpp"
#include "actors/migration.hpp"
#include "actors/mobility_event.hpp"
#include "actors/resident.hpp"
#include "actors/wait_report.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tern {

struct mobility_options {
  channel_options channel;
  migration_options migration;
  std::size_t parking = 4096;  ///< messages held for an actor that moves
  std::size_t batch = 32;      ///< messages that a `run` has at most
  std::uint32_t hop_limit = 2; ///< how often a message is forwarded
  duration ask_again = std::chrono::milliseconds(100); ///< orders and reports
  duration ask_limit = std::chrono::seconds(2);
  std::uint32_t ask_tries = 20;     ///< then an order counts as unanswered
  std::size_t finished_orders = 16; ///< remembered by an actor
  std::size_t waiting_orders = 64;  ///< of an actor, behind the one it follows
  std::size_t cache_limit = 65'536; ///< locations
  std::size_t dead_limit = 65'536;  ///< actors known to have ended
};

/// Mistakes on purpose, one at a time, to show that the simulator finds them.
struct mobility_faults {
  migration_target::faults target;
  bool no_dedup = false;         ///< a message that came twice is handled twice
  bool no_order = false;         ///< handled as it comes
  bool ack_on_arrival = false;   ///< an ack before the handler ran
  bool forget_mailbox = false;   ///< STATE without the mailbox
  bool forget_unacked = false;   ///< STATE without the sender's kept messages
  bool forget_receiving = false; ///< STATE without the receiving halves
  bool free_early = false;       ///< the source frees before INSTALLED
  bool resume_on_timeout = false; ///< the source guesses that it failed
  bool no_hop_limit = false;
  bool never_resend = false;
  bool report_once = false;      ///< home is told once, and may not hear it
  bool late_location = false;    ///< an older place replaces a younger one
  bool stale_view = false;       ///< the dead stay the homes of actors
  bool bury_early = false;       ///< an ended actor's kept messages go with it
  bool no_arrival = false;       ///< an actor is not told that it has moved
  bool silent_end = false;       ///< home does not hear of an end
  bool end_while_moving = false; ///< the source ends what the target gets
  bool tell_end_early = false;   ///< before what the ended one said was handled
  bool run_early = false;        ///< the target does not wait for the release
  bool any_view = false;         ///< a move may cross views
  bool hear_the_lost = false;    ///< who is out of the view is heard
  bool hasty_census = false;     ///< a home does not wait for all reports
  bool unborn_are_lost = false;  ///< nor for what was born since
  bool keep_claims = false;      ///< a home believes reports of older views
  bool never_ask = false;        ///< nobody asks who was lost
  bool wait_for_the_lost = false; ///< a source waits for a target that died
  bool judge_when_out = false;    ///< one that is out goes on with half a move
  bool trust_the_gone = false; ///< nobody asks what became of his messages to
                               ///< an actor that has left the node
  bool take_when_leaving = false; ///< who leaves takes in actors
  bool leave_in_debt = false;     ///< and does not wait for acknowledgements
};

/// All stateful actors of one node, as a pure state machine: what is here,
/// where the others are, and every protocol they take part in (channels,
/// migration, location, orders). The shell (host.hpp) and the simulator
/// (simulation/actor_cluster.hpp) feed it events and carry out what it says.
///
/// It has no clock, thread, socket or random source, so the same events give
/// the same instructions. Not safe for threads: the shell holds a lock.
///
/// Not for what actors do: their behaviors live in the shell.
class mobility {
public:
  mobility(node_id self, mobility_options options,
           mobility_faults planted = {});
  ~mobility();

  void handle(mobility_input event, mobility_outputs& out);
  /// The same for what happens most; an `e` that has memory keeps it.
  void handle(mobility_event::handled& e, mobility_outputs& out);
  void handle(mobility_event::received& e, mobility_outputs& out);
  void handle(mobility_event::posted& e, mobility_outputs& out);
  void handle(mobility_event::spawned& e, mobility_outputs& out);

  node_id self() const noexcept {
    return self_;
  }

  /// How many messages `from`, an actor here, may send to `to` now.
  std::size_t room(const actor_id& from, const actor_id& to) const;

  /// How many more messages `from`, an actor here, may have on their way to
  /// whomever it likes: each of them finds room.
  std::size_t free(const actor_id& from) const;

  /// Whether the actor is here, frozen or not.
  bool is_here(const actor_id& actor) const {
    return residents_.contains(actor);
  }
  /// Whether this node knows that it has ended.
  bool is_dead(const actor_id& actor) const;
  /// Whether its handlers may run here.
  bool runs_here(const actor_id& actor) const;
  /// The actors here that can go to other nodes, in order.
  std::vector<actor_id> movable() const;
  /// Whether others may miss something if the node goes now, be it without
  /// actors: something that was sent and not acknowledged, or an end that its
  /// home has not heard of.
  bool has_debts() const;
  /// What is known here of an actor for people who ask; none: it is not here.
  std::optional<wait_report> inspect(const actor_id& actor) const;
  /// What this node believes about an actor's place.
  std::optional<location> believed(const actor_id& actor) const;
  std::size_t parked(const actor_id& actor) const;

  struct counters {
    std::uint64_t handled = 0;    ///< messages whose handler ended
    std::uint64_t duplicates = 0; ///< dropped as seen before
    std::uint64_t resent = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t dropped = 0; ///< for want of a place to go, or of room
    std::uint64_t parked = 0;
    std::uint64_t moved_in = 0;
    std::uint64_t moved_out = 0;
    std::uint64_t moves_failed = 0; ///< attempts
  };
  const counters& count() const noexcept {
    return count_;
  }
  const view& now() const noexcept {
    return view_;
  }

private:
  struct open_order {
    actor_id actor;
    node_id target;
    std::uint32_t tries = 0;
    std::uint32_t drops = 0;
  };
  struct open_query {
    actor_id actor;
    std::uint32_t tries = 0;
  };

  // events
  template <class Event>
  void carry_out(Event& e, mobility_outputs& out);
  void on(mobility_event::view& e);
  void on(mobility_event::leaving& e);
  void on(mobility_event::register_type& e);
  void on(mobility_event::spawned& e);
  void on(mobility_event::posted& e);
  void on(mobility_event::handled& e);
  void on(mobility_event::saved& e);
  void on(mobility_event::restored& e);
  void on(mobility_event::ordered& e);
  void on(mobility_event::asked& e);
  void on(mobility_event::received& e);
  void on(mobility_event::timed_out& e);

  // messages of other nodes
  void take(node_id from, routed_message& m);
  void take(node_id from, migrate_prepare& m);
  void take(node_id from, migrate_prepared& m);
  void take(node_id from, migrate_state& m);
  void take(node_id from, migrate_installed& m);
  void take(node_id from, migrate_abort& m);
  void take(node_id from, migrate_aborted& m);
  void take(node_id from, location_update& m);
  void take(node_id from, location_query& m);
  void take(node_id from, location_answer& m);
  void take(node_id from, order_answer& m);
  void take(node_id from, migrate_released& m);
  void take(node_id from, census_report& m);
  void take(node_id from, census_taken& m);
  void take(node_id from, census_query& m);
  void take(node_id from, census_answer& m);

  std::string_view kept_name(std::string type);

  template <class Instruction>
  void say(Instruction i) {
    out_->emplace_back(std::in_place_type<Instruction>, std::move(i));
  }

  // ways (mobility_route.cpp)
  void transmit(node_id to, mobile_message m);
  void route(routed_message m);
  void forward(routed_message& m);
  void drop(const routed_message& m);
  void learn(const actor_id& actor, const location& where);
  void note(const actor_id& actor, const location& where);
  void report(resident& r);
  void answer_queries(const actor_id& actor, const location& where);

  // channels (mobility_channel.cpp)
  std::size_t free(const resident& r) const noexcept;
  resident* find(const actor_id& actor);
  const resident* find(const actor_id& actor) const;
  void send(resident& r, outgoing_message m);
  bool dispatch(resident& r, const actor_id& to, const sending_half& half,
                const channel_message& m);
  void arm_channel(resident& r, const actor_id& to, sending_half& half);
  void arm_senders(resident& r);
  sending_half* open_half(resident& r, const actor_id& to,
                          std::uint64_t channel);
  void accept(resident& r, routed_message& m);
  void accept_message(resident& r, const channel_end& end,
                      channel_message came);
  void accept_ack(resident& r, const actor_id& from, std::uint64_t channel,
                  std::uint64_t handled);
  void acknowledge(resident& r, arriving_channel& channel);
  void flush_acks(resident& r);
  static arriving_channel* channel_of(resident& r, const channel_end& end);
  void want_room(resident& r, const actor_id& to);
  void give_room(resident& r, const actor_id& to, sending_half& half);
  void pump(resident& r);
  void run(resident& r, mail m);
  void note_handled(resident& r, arriving_channel* channel, std::uint64_t done);
  void nudge(const location_answer& m);
  void on_channel_timer(const mobility_timer& t);

  // ends (mobility_end.cpp)
  using channel_mark = std::pair<channel_end, std::uint64_t>;
  struct dead_actor {
    std::uint32_t epoch = 0;
    bool ended_here = false;
    bool reported = false; ///< its home has answered
    std::uint32_t report_tries = 0;
    std::vector<channel_mark> handled; ///< what its senders may ask for
  };
  void stop(resident& r);
  void end(resident& r);
  void bury_if_drained(resident& r);
  void bury();
  bool forget_channel(const channel_end& end, const actor_id& to);
  void remember_dead(const actor_id& actor, dead_actor d);
  void report_dead(const actor_id& actor);
  void tell_ended(const routed_message& m);
  bool owes(const actor_id& ended, const actor_id& to) const;
  std::uint64_t handled_by_dead(const actor_id& actor,
                                const channel_end& end) const;
  void close_channel(const location_answer& m);
  void close_channel(resident& r, const actor_id& to, std::uint64_t handled);
  void take_dead(node_id from, const location_update& m);
  void take_dead(const location_answer& m);
  void on_wake_timer(const mobility_timer& t);

  // moves (mobility_move.cpp)
  void accept_order(resident& r, const migration_order& order);
  void next_order(resident& r);
  void answer_order(const migration_order& order,
                    const migration_outcome& outcome);
  void finish_order(resident& r, const migration_outcome& outcome);
  void carry_out(resident& r, source_instructions steps);
  void on_source_timer(resident& r, std::uint64_t generation);
  void freeze(resident& r);
  void send_state(resident& r);
  void thaw(resident& r);
  void hear_installed(resident& r);
  void let_go_to(node_id target);
  void release(resident& r, const location& where);
  void carry_out(node_id to, const attempt_id& attempt,
                 migration_target::answer a);
  void install(const mobility_event::restored& e, migration_target::answer a);
  void say_installed(resident& r);
  void start(resident& r);
  void ask_order(std::uint64_t number, open_order& o);
  void send_order(std::uint64_t number, const open_order& o);
  void nudge_order(std::uint64_t number);
  void ask_place(std::uint64_t number, open_query& q);
  void arm_again(mobility_timer t, std::uint32_t tries);

  // leaving (mobility_leave.cpp)
  bool owes(const resident& r) const;

  // views (mobility_census.cpp)
  void give_reports();
  void add_ended(std::map<node_id, census_report>& reports);
  void leave();
  bool is_out(node_id node) const;
  void turn_guests_away();
  void leave_the_lost();
  bool must_ask(const resident& r) const;
  void ask_for_all();
  void ask_for(resident& r);
  void end_of_asking();
  void speak_for_census();
  void count_report(node_id from, std::uint64_t births);
  void decide_guest(const actor_id& actor);
  void on_census_timer(const mobility_timer& t);
  void answer(node_id asker, const census_query& q);
  void answer_own_question();
  bool is_nowhere(const actor_id& actor) const;
  bool is_lost(const actor_id& actor) const;
  void close_channels(const actor_id& actor);

  node_id self_;
  mobility_options options_;
  mobility_faults faults_;
  bool leaving_ = false;
  view view_;
  view_id last_loss_;        // the last one that had lost a node
  std::uint64_t births_ = 0; // the highest counter of an actor born here
  view_census census_;
  std::uint32_t census_tries_ = 0;
  std::uint64_t census_generation_ = 0;
  directory directory_;
  migration_target target_;
  pooled_map<actor_id, std::unique_ptr<resident>> residents_;
  std::set<std::string> types_;
  std::set<std::string> type_names_; // of residents, now or earlier
  std::map<std::uint64_t, open_order> orders_;
  std::map<std::uint64_t, open_query> queries_;
  pooled_map<actor_id, dead_actor> dead_;
  std::deque<actor_id> dead_order_; // of hearing of them
  std::vector<actor_id> to_bury_;   // when the event is over
  counters count_;
  mobility_outputs* out_ = nullptr; // of the event being handled
};

} // namespace tern
