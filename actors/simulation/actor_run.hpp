#pragma once

// The inside of actor_simulation, for actor_run*.cpp: a run of one seed.

#include "actors/evacuation.hpp"
#include "actors/mobile_codec.hpp"
#include "actors/simulation/actor_cluster.hpp"
#include "actors/simulation/network.hpp"
#include "actors/simulation/wanderer.hpp"
#include "actors/view_agreement.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tern::simulation {

/// For so long there is traffic; then it has to come to rest.
constexpr sim_time traffic_time = 100 * millisecond;

// What an outside observer knows of a pair of actors.
struct pair_history {
  std::uint64_t sent = 0;
  std::uint64_t begun = 0; // handlers
  std::uint64_t ended = 0;
  std::uint64_t told = 0; // lost, as the sender heard
  bool heard = false;     // the sender, that the other one is gone
};

/// What the host does with threads, sockets and CAF, this does with a queue of
/// events: it feeds the machines and carries out what they say, after delays of
/// its own choice.
class actor_run {
public:
  actor_run(std::uint64_t seed, const actor_simulation_options& options)
    : options_(options), sim_(seed),
      net_(sim_, options.nodes + 1,
           draw_network(sim_.rng(), options.bad_network)) {}

  /// Shorter than the real ones, and of the order of the network's delays, so
  /// that answers are often late and time-outs often wrong.
  static mobility_options quick_options();
  static agreement_options quick_views();
  static network_options draw_network(random_source& rng, bool bad);

  std::string go();

  std::uint64_t messages() const;
  std::uint64_t migrations() const;
  std::uint64_t kills() const {
    return kills_;
  }
  std::uint64_t left() const {
    return left_;
  }
  /// Whether its end can be judged: its nodes agree on who they are.
  bool is_judged() const;
  std::uint64_t events() const {
    return sim_.events();
  }
  std::uint64_t hash() const {
    return sim_.hash();
  }

private:
  struct sim_node {
    std::unique_ptr<mobility> machine;
    std::map<instance_id, wanderer> running; // behaviors
    actor_id gateway;
    std::unique_ptr<view_agreement> agreement; // if nobody agrees for them
    std::set<std::size_t> down;                // whom it does not hear
  };
  using packet = std::variant<mobile_message, view_message>;
  using pair = std::pair<actor_id, actor_id>;

  static node_id id_of(std::size_t n) {
    return {n + 1};
  }
  static std::size_t index_of(node_id id) {
    return id.value - 1;
  }
  sim_time pick(sim_time limit) {
    return sim_.rng().below(limit);
  }

  // One node more has no actors and is home of some: it dies on the way.
  std::size_t mortal() const {
    return options_.nodes;
  }
  // As the nodes would have agreed; each takes it up in its own time.
  view agreed() const {
    view v;
    v.id = {id_of(0), view_number_};
    for (std::size_t n = 0; n < nodes_.size(); ++n)
      (dead_[n] ? v.departed : v.members).push_back(id_of(n));
    return v;
  }
  bool is_gone(const actor_id& actor) const {
    return stopped_.contains(actor) || lost_.contains(actor)
           || (actor.kind() == actor_kind::service
               && dead_[index_of({actor.high})]);
  }

  void set_up();
  void plan_traffic();
  void plan_faults();
  void plan_deaths();
  void pause(std::size_t n, sim_time length);
  void die(std::size_t n, bool wakes_up);
  void wake(std::size_t n);
  void tell_of_death(std::size_t n);
  void plan_leaves();
  void leave(std::size_t n);
  void empty(std::size_t n);
  void note_answer(const instruction::order_done& done);
  void go(std::size_t n);
  void check_leaver(std::size_t n);
  void end_if_left(std::size_t n);
  void end_leaver(std::size_t n);
  void change_view();
  void take_view(std::size_t n, const view& v);
  void meet();
  void agree(std::size_t n, view_agreement::instructions list);
  void hear_of_death(std::size_t n, std::size_t of);
  void deliver(std::size_t to, std::size_t from, packet p);
  void note_losses(std::size_t n);
  std::uint64_t let_run();
  void feed(std::size_t n, mobility_input event);
  void carry_out(std::size_t n, instruction::transmit& i);
  void carry_out(std::size_t n, instruction::run& i);
  void carry_out(std::size_t n, instruction::save& i);
  void carry_out(std::size_t n, instruction::restore& i);
  void carry_out(std::size_t n, instruction::discard& i);
  void carry_out(std::size_t n, instruction::arm& i);
  void carry_out(std::size_t n, instruction::order_done& i);
  void carry_out(std::size_t n, instruction::located& i);
  void carry_out(std::size_t n, instruction::resumed& i);

  void post(std::size_t n, const actor_id& to);
  void order(std::size_t n, const actor_id& actor, std::size_t target);
  void handle(std::size_t n, const instruction::run& i);
  void handle(std::size_t n, const actor_id& self, wanderer& w, const mail& m,
              mobility_event::handled& out,
              std::map<actor_id, std::size_t>& room);
  bool receive(wanderer& w, const actor_id& self, const mail& m);
  void hear_of_end(std::size_t n, const actor_id& self, const mail& m);
  bool is_elsewhere(std::size_t n, const actor_id& actor) const;
  void ask_for_waking(wanderer& w, const mail& m, mobility_event::handled& out);
  void maybe_stop(const actor_id& self, mobility_event::handled& out);
  void say(std::size_t n, wanderer& w, const actor_id& self, wanderer::wish to,
           mobility_event::handled& out, std::map<actor_id, std::size_t>& room);
  void check_alone(std::size_t n, const actor_id& actor);
  void check_message(const routed_message& m);
  bool has_died(const actor_id& actor) const;
  void check_end();
  void check_pairs();
  void check_places();
  void broken(std::string what) {
    if (why_.empty())
      why_ = fmt::format("at {} us: {}", sim_.now() / microsecond, what);
  }

  const actor_simulation_options& options_;
  simulator sim_;
  network<packet> net_;
  std::vector<sim_node> nodes_;
  std::vector<actor_id> actors_;
  std::map<pair, pair_history> pairs_;
  std::map<std::uint64_t, std::uint64_t> answered_; // order -> answers
  std::set<actor_id> stopped_;
  std::set<actor_id> lost_;    // may have gone with their nodes
  std::set<actor_id> told_of_; // somebody heard that it is gone
  std::vector<bool> dead_;
  std::uint64_t view_number_ = 2;
  std::uint64_t kills_ = 0;
  std::map<std::size_t, evacuation> leaves_; // nodes that are about to go
  std::map<std::uint64_t, std::pair<std::size_t, actor_id>>
      moves_out_; // their orders
  std::uint64_t left_ = 0;
  std::map<std::uint64_t, std::size_t> given_; // order -> by which node
  std::uint64_t orders_ = 0;
  bool calm_ = false;  // faults are over
  bool apart_ = false; // two views met after one had given the other up
  std::string why_;
};

} // namespace tern::simulation
