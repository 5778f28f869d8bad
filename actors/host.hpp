#pragma once

#include "actors/balance_options.hpp"
#include "actors/directory.hpp"
#include "actors/evacuation.hpp"
#include "actors/mobile_behavior.hpp"
#include "actors/mobility.hpp"
#include "actors/view.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace tern {

class node;

/// A step of a move, for whoever measures them.
struct move_event {
  enum class kind : std::uint8_t {
    frozen,  ///< at the source: no handler runs from here on
    running, ///< at the target: handlers run again
  };
  kind what = kind::frozen;
  attempt_id attempt;
  std::chrono::nanoseconds time{}; ///< CLOCK_MONOTONIC of this machine
};

/// How a node left its cluster.
struct leave_report {
  std::size_t moved = 0; ///< actors, that are on other nodes now
  /// Those that end with this node: it was alone, or the others would not have
  /// them.
  std::vector<evacuation::stay> stayed;
  /// All that it had said was handled, as far as others wait for that.
  bool settled = false;
  /// The others go on without it, or there are none.
  bool agreed = false;
};

/// A node's stateful actors: makes them, sends to them, moves them.
///
/// An actor's address stays valid while it moves. Between nodes that live and
/// reach each other every message is handled exactly once and in the order of
/// its pair (sender, receiver), across any moves of either. When a node dies
/// its actors are gone, and those who sent to them hear of it once the others
/// have agreed on a view without the node.
///
///     actor_host host(node);
///     host.register_type("counter", make_counter);
///     auto id = host.spawn("counter", {});
///     host.send(*id, bytes);
///     host.migrate(*id, other_node).get();
///
/// All nodes register the same types. Any thread may call anything, handlers
/// included, but for the constructor, the destructor and `register_type`. The
/// node must outlive its host; the destructor waits for running handlers.
///
/// A host that ends leaves the view, with what it has; so does one that was
/// told to `leave`, without. Another host on the same node stays alone: to the
/// others this node has departed.
class actor_host {
public:
  using message_handler =
      std::function<void(const envelope&, std::span<const std::byte>)>;
  using outcome_handler = std::function<void(const migration_outcome&)>;
  using location_handler = std::function<void(const location&)>;
  using move_handler = std::function<void(const move_event&)>;
  using view_handler = std::function<void(const view&)>;

  explicit actor_host(node& on, mobility_options options = {});
  ~actor_host();
  actor_host(const actor_host&) = delete;
  actor_host& operator=(const actor_host&) = delete;

  /// Before the first actor of the type can come.
  void register_type(const std::string& name, behavior_factory make);

  /// A new actor here. Fails with `not_found` for an unknown type, or as its
  /// factory does.
  result<actor_id> spawn(const std::string& type,
                         std::span<const std::byte> state);
  /// The same with a behavior that was made already, as the type's factory
  /// would have made it.
  result<actor_id> spawn_made(const std::string& type,
                              std::unique_ptr<mobile_behavior> made);

  /// Sends on behalf of this host (`gateway()`). False: the window to `to` is
  /// full; `on_writable` tells when to go on.
  bool send(const actor_id& to, std::span<const std::byte> payload);

  /// An actor that never moves, under a name that others know: this node's,
  /// and below the numbers of gateways. Hears of each new view by a message
  /// without bytes. Once a node.
  void start_service(const actor_id& service,
                     std::unique_ptr<mobile_behavior> made);

  /// The host as an actor: others may send to it. It never moves.
  actor_id gateway() const;
  /// What the gateway receives; one call at a time, on a worker.
  void on_message(message_handler f);
  void on_writable(std::function<void(const actor_id& to)> f);
  /// An actor to which the gateway sent has ended; the last `lost` messages
  /// were not handled, as far as anybody knows.
  void
  on_down(std::function<void(const actor_id& actor, std::uint64_t lost)> f);

  /// Moves an actor, wherever it is, to `target`. The handler is called once,
  /// on a thread of the node, and must not block. `moved` is false when it
  /// stayed, or when nobody answered.
  void migrate(const actor_id& actor, node_id target, outcome_handler done);
  /// Not from a handler: it would wait for itself.
  std::future<migration_outcome> migrate(const actor_id& actor, node_id target);

  /// Lets this node move its actors by itself, or not any more. All nodes of a
  /// cluster should be told the same.
  void balance(const balance_options& how);
  /// The node with the least load, as far as is known, for an actor that is
  /// about to be made; without a policy one after the other.
  node_id place();

  /// Leaves the cluster: moves all actors that can move to the other nodes, and
  /// has these agree on a view without this one. Nothing comes here meanwhile,
  /// and `spawn` fails with `refused`. Waits until that is done, or for so
  /// long; not from a handler. What is still here then is gone for the others.
  leave_report leave(std::chrono::nanoseconds timeout);
  bool is_leaving() const noexcept;

  /// Asks the actor's home where it is. No node: the home does not know it.
  void locate(const actor_id& actor, location_handler done);

  /// The view that this node has taken up last. Without members: the others go
  /// on without this node, for they took it for dead.
  view now() const;
  /// Called for each view, in order; must not block.
  void on_view(view_handler f);
  /// Waits until all members of this node's view have taken it up and it has at
  /// least these nodes. Returns whether that came true in time.
  bool wait_for(const std::vector<node_id>& nodes,
                std::chrono::nanoseconds timeout);
  bool wait_for(std::size_t members, std::chrono::nanoseconds timeout);

  /// Called for each step of each move, on the thread that takes it.
  void on_move(move_handler f);

  /// Shows every event that its machine takes, with what the machine said: a
  /// record from which `mobility` can be run again. Called under a lock; `f`
  /// must not call the host.
  using recorder =
      std::function<void(const mobility_input&, const mobility_outputs&)>;
  void record(recorder f);

  /// Whether the actor is on this node.
  bool is_here(const actor_id& actor) const;
  /// What an actor of this node does and waits for; none: it is not here. May
  /// be called while handlers of it run, and changes nothing.
  std::optional<wait_report> report(const actor_id& actor) const;
  /// The actor whose handler runs on this thread; none: no handler does.
  static std::optional<actor_id> running_here() noexcept;
  mobility::counters count() const;
  /// Handlers that ended with an exception.
  std::uint64_t failed_handlers() const;

  class impl;

private:
  std::shared_ptr<impl> impl_;
};

} // namespace tern
