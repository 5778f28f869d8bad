#pragma once

// The inside of simulation::cluster, for cluster*.cpp.

#include "actors/mobility.hpp"
#include "actors/simulation/cluster.hpp"
#include "actors/simulation/network.hpp"
#include "actors/trace/step_log.hpp"
#include "actors/trace/trace_file.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>

namespace tern::simulation {

/// Carries out what the machines of all nodes say, by a queue of events. What
/// the host does with threads, sockets and CAF, after delays of the network's
/// choice.
class cluster::impl {
public:
  /// A node as its actors see it. Its clock has a start and a pace of its own.
  struct sim_node final : actor_world {
    sim_node(impl& all, std::size_t index);
    actor_id spawn_made(const std::string& type,
                        std::unique_ptr<actor_core> made) override;
    void order_move(const actor_id& actor, node_id target) override;
    node_id place() override;
    std::uint64_t secret() override;
    std::string message_name(std::uint64_t tag) const override;
    std::chrono::nanoseconds now() const override;

    std::unique_ptr<mobility> machine;
    std::map<instance_id, std::unique_ptr<mobile_behavior>> running;
    double pace = 1;
    std::chrono::nanoseconds start{};
    step_log did{~std::uint64_t{0}}; ///< by its actors, if they are recorded

  private:
    impl& cluster_;
    std::size_t index_;
    std::size_t placed_ = 0;
  };
  class context;
  class gateway;

  explicit impl(const options& o);
  ~impl();

  static node_id id_of(std::size_t n) {
    return {n + 1};
  }
  static std::size_t index_of(node_id id) {
    return id.value - 1;
  }
  /// As the others see it, or are about to.
  bool lives(std::size_t n) const {
    return net_.alive(n) && !expelled_.contains(n);
  }
  /// Throws `std::out_of_range` for a node that there is not.
  sim_node& at(std::size_t n);

  // what a program does
  actor_id spawn(std::size_t n, const std::string& type, const buffer& state);
  bool try_post(const actor_id& to, const buffer& payload);
  void order(std::size_t by, const actor_id& actor, node_id target);
  void kill(std::size_t n);
  void expel(std::size_t n, sim_time length);
  void pause(std::size_t n, sim_time length);
  void cut(std::size_t from, std::size_t to);
  void mend(std::size_t from, std::size_t to);
  void clog(std::size_t from, std::size_t to);
  void unclog(std::size_t from, std::size_t to);
  void heal();
  void after(duration delay, action f);
  struct found {
    std::size_t node = 0;
    const actor_core* behavior = nullptr;
  };
  found find(const actor_id& actor) const;

  // a run (cluster.cpp)
  /// Until then, or for so many events.
  void go_on(sim_time limit, std::uint64_t most_events);
  verdict run_for(duration length);
  verdict run();
  verdict so_far() const;
  /// Runs `f`, whose exceptions break the run.
  template <class F>
  void guarded(const std::string& what, F&& f);
  void broken(const std::string& what, const std::string& why = {});

  /// A line of the history; `text` is called if somebody wants it.
  template <class Text>
  void tell(Text&& text) {
    if (options_.tell)
      add_line(text());
  }

private:
  friend class cluster;
  struct named_check {
    std::string name;
    check holds;
  };

  void check_all(const std::vector<named_check>& checks);
  void add_line(const std::string& text);
  std::string name_of(const actor_id& actor) const;
  std::string describe(const mail& m) const;

  // nodes (cluster_node.cpp)
  void open_nodes();
  void open_names(std::size_t n);
  view agreed() const;
  void change_view();
  void take_view(std::size_t n, const view& v);
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
  void handle(std::size_t n, const instruction::run& i);
  void handle(std::size_t n, context& here, mobile_behavior& behavior,
              const mail& m);
  void save(std::size_t n, const instruction::save& i);
  void restore(std::size_t n, const instruction::restore& i);
  std::unique_ptr<mobile_behavior> make(std::size_t n, const std::string& type,
                                        std::span<const std::byte> state,
                                        std::string& why);
  void failed(std::size_t n, const actor_id& actor, const std::string& what);
  sim_time pick(sim_time limit) {
    return sim_.rng().below(limit);
  }

  // what mobility promises (cluster_checks.cpp)
  void check_alone(std::size_t n, const actor_id& actor);
  void hear_of_end(std::size_t n, const actor_id& of);

  // faults (cluster_faults.cpp)
  void plan();
  void plan_clocks(random_source rng);
  void plan_moves();
  void plan_kills(random_source rng);
  void plan_pauses(random_source rng);
  void plan_cuts(random_source rng);
  void plan_clogs(random_source rng);
  void plan_clog(random_source& rng, std::size_t from, std::size_t to,
                 sim_time begin);
  void plan_expels(random_source rng);
  bool others_live(std::size_t n) const;
  void wake(std::size_t n);
  void end_expelled();

  const options options_;
  simulator sim_;
  network<mobile_message> net_;
  std::vector<std::unique_ptr<sim_node>> nodes_; // the last one is outside
  std::map<std::string, factory> types_;
  std::map<std::uint64_t, std::string> messages_; // names by tag
  gateway* gateway_ = nullptr;                    // runs on the last node
  actor_id gateway_id_;
  std::vector<actor_id> actors_;
  std::map<actor_id, std::string> type_of_;
  random_source moves_; // of rotate, too
  random_source program_;
  random_source secrets_;
  bool rotate_ = false;
  std::uint64_t orders_ = 0;
  std::uint64_t view_number_ = 1;
  std::set<std::size_t> expelled_; // taken for dead
  std::set<actor_id> told_of_;     // somebody heard that it is gone
  std::vector<named_check> always_;
  std::vector<named_check> eventually_;
  bool touched_ = true; // since the invariants were checked
  verdict verdict_;
  std::vector<std::string> history_;
  trace_content trace_;
};

/// Those who send from outside, as an actor that never moves. What finds no
/// room waits here.
class cluster::impl::gateway final : public mobile_behavior {
public:
  explicit gateway(impl& all) : cluster_(all) {}

  void post(const actor_id& to, const buffer& payload);
  std::uint64_t open(const actor_id& to, answer_handler then);
  void answer(std::uint64_t request, const result<bytes>& given);

  void receive(actor_context& here, const envelope& head,
               std::span<const std::byte> payload) override;
  void writable(actor_context& here, const actor_id& to) override;
  void down(actor_context& here, const actor_id& actor,
            std::uint64_t lost) override;
  buffer save() const override {
    return {};
  }

private:
  struct request {
    actor_id to;
    answer_handler then;
  };

  impl& cluster_;
  std::map<std::uint64_t, request> requests_;
  std::uint64_t last_request_ = 0;
  std::map<actor_id, std::deque<buffer>> waiting_;
};

template <class F>
void cluster::impl::guarded(const std::string& what, F&& f) {
  touched_ = true;
  try {
    f();
  } catch (const std::exception& e) {
    broken(what + " does not throw", e.what());
  } catch (...) {
    broken(what + " does not throw", "what is no std::exception");
  }
}

} // namespace tern::simulation
