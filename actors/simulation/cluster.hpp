#pragma once

#include "actors/api/actor_error.hpp"
#include "actors/api/typed_actor.hpp"
#include "actors/simulation/cluster_options.hpp"
#include "actors/simulation/random.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tern {

struct trace_content;

} // namespace tern

namespace tern::simulation {

/// Nodes, network and clocks of a cluster in one thread, under one seed, for
/// actors of the typed API: the classes that a program uses with
/// `tern::actor_system`, as they are. What carries their messages and moves is
/// what carries them between processes (mobility.hpp).
///
///     tern::simulation::cluster c{{.seed = 42}};
///     c.add<account>();
///     const auto a = c.spawn<account>(0, 100);
///     c.send(a, deposit{5});
///     c.after(10ms, [&] { c.migrate(a, 1); });
///     c.invariant("no debts", [&] {
///       const auto* s = c.state(a);
///       return !s || s->balance() >= 0;
///     });
///     assert(c.run());
///
/// Nodes are 0 to n-1. What is sent, asked and ordered from outside comes from
/// one node more, `outside()`, which never fails but by your `cut` or `pause`.
/// Equal options and an equal program give an equal run, unless an actor asks
/// a clock, a random device, an address or another thread; `verdict::hash`
/// tells.
///
/// When a node died, each of the others learns a little later that they go on
/// without it, as if they had agreed on that (view_agreement.hpp): how they do
/// is simulated apart (view_cluster.hpp).
class cluster {
public:
  using duration = std::chrono::nanoseconds;
  using action = std::function<void()>;
  using check = std::function<bool()>;

  explicit cluster(const options& o = {});
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// Makes a class known to all nodes.
  template <class T>
  void add() {
    name_messages(typename T::messages{});
    add_type(std::string{wire_name<T>()},
             [](actor_world& w) -> std::unique_ptr<actor_core> {
               return std::make_unique<typed_actor<T>>(w);
             });
  }

  /// A new actor. Throws `actor_error` where its node is dead.
  template <class T, class... Arguments>
  ref<T> spawn(std::size_t node, Arguments&&... arguments) {
    return spawn_in<T>(world(node), std::forward<Arguments>(arguments)...);
  }

  /// What finds no room waits at the outside.
  template <class T, receiver_of_any<T> M>
  void send(const ref<T>& to, const M& message) {
    post(to.id(), encode_call({call_head::kind::tell, tag_of<M>, 0}, message));
  }
  /// `then` is called once with a `const tern::result<R>&`, R being what the
  /// handler gives: the answer, or why there is none.
  template <class T, receiver_of_any<T> M, class Then>
  void request(const ref<T>& to, const M& message, Then then,
               duration deadline = request_deadline) {
    const auto number = open_request(
        to.id(),
        [then = std::move(then)](const result<bytes>& answer) mutable {
          const auto given = answer_as<reply_of<T, M>>(answer);
          then(given);
        },
        deadline);
    post(to.id(),
         encode_call({call_head::kind::request, tag_of<M>, number}, message));
  }

  /// Runs `f` when so much virtual time has passed.
  void after(duration delay, action f);

  /// Orders a move, wherever the actor is. It may come to nothing.
  template <class T>
  void migrate(const ref<T>& actor, std::size_t node) {
    order_move(actor.id(), node);
  }
  /// Whether every actor moves on after every message that it handles.
  void rotate(bool on);
  /// Ends a node and all that is on it. It does not come back.
  void kill(std::size_t node);
  /// A node stops for so long, and the others go on without it at once. When it
  /// wakes up, what was on it goes on as well, but they do not hear that: to
  /// them, and to `alive` and `state`, it is dead.
  void expel(std::size_t node, duration length);
  /// A node does nothing for a while, then all at once (SIGSTOP, SIGCONT).
  void pause(std::size_t node, duration length);
  /// All that is sent from one node to the other is lost; both ways: two calls.
  /// However long it takes, nobody is taken for dead for that: see `expel`.
  void cut(std::size_t from, std::size_t to);
  void mend(std::size_t from, std::size_t to);
  /// All that is sent from one node to the other is held back until the link is
  /// clear again. That is no reason to take anybody for dead.
  void clog(std::size_t from, std::size_t to);
  void unclog(std::size_t from, std::size_t to);
  /// Nothing is lost, doubled, cut, clogged, paused or slow from here on.
  void heal();

  /// Has to be true after every event. The first one that is not ends the run.
  void invariant(std::string name, check holds);
  /// Has to be true when `run` has come to rest.
  void eventually(std::string name, check holds);

  /// The actor as it is between two handlers, wherever it is; none: it has
  /// ended, or died with its node.
  template <class T>
  const T* state(const ref<T>& actor) const {
    const auto* found = dynamic_cast<const typed_actor<T>*>(find(actor.id()));
    return found ? &found->object() : nullptr;
  }
  template <class T>
  std::optional<std::size_t> where(const ref<T>& actor) const {
    return place_of(actor.id());
  }

  /// Goes on for so long. Faults go on as well.
  verdict run_for(duration length);
  /// Goes on for what is left of the time of faults, heals, and goes on until
  /// nothing is left to do.
  verdict run();
  verdict so_far() const;

  std::size_t nodes() const noexcept;
  std::size_t outside() const noexcept {
    return nodes();
  }
  bool alive(std::size_t node) const;
  /// As handlers know it: `here.node()`, `here.migrate(ref, id)`.
  node_id id(std::size_t node) const;
  duration now() const;
  /// For the program's own choices; does not shift the faults.
  random_source& random() noexcept;
  const options& how() const noexcept;
  /// With `options::tell`: what happened, a line each.
  const std::vector<std::string>& history() const noexcept;

  /// With `options::record`: what the actors did until now, for `replay_actor`.
  const trace_content& trace();
  /// The same as a file, for `tern replay`. Throws `actor_error`.
  void write_trace(const std::string& file);

  class impl;

private:
  using bytes = std::vector<std::byte>;
  using factory = std::function<std::unique_ptr<actor_core>(actor_world&)>;
  using answer_handler = std::function<void(const result<bytes>&)>;

  template <class... M>
  void name_messages(messages<M...>) {
    (name_message(tag_of<M>, std::string{wire_name<M>()}), ...);
  }

  void name_message(std::uint64_t tag, std::string name);
  void add_type(const std::string& name, factory make);
  actor_world& world(std::size_t node);
  void post(const actor_id& to, bytes payload);
  std::uint64_t open_request(const actor_id& to, answer_handler then,
                             duration deadline);
  void order_move(const actor_id& actor, std::size_t node);
  const actor_core* find(const actor_id& actor) const;
  std::optional<std::size_t> place_of(const actor_id& actor) const;

  std::unique_ptr<impl> impl_;
};

} // namespace tern::simulation
