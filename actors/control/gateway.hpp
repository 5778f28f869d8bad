#pragma once

#include "actors/control/control_message.hpp"

#include <caf/actor.hpp>
#include <caf/atom.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace caf {
class actor_system;
}

namespace tern {

/// A node's door for other nodes and other CAF programs: an actor that is
/// published at the control port and speaks `control::message`s.
///
/// It decides nothing. What it hears goes to `events`, on CAF's threads; what
/// it is told to do it does in its own time. Members may be called from any
/// thread; `done` functions are called on CAF's threads.
class gateway {
public:
  /// Whoever answers a `control::question` is in the registry of the node's
  /// actor system by this name: an actor that takes bytes and gives bytes.
  static constexpr auto answerer = caf::atom("ternwaits");

  using peer = caf::actor;
  using answer = std::function<void(const control::message&)>;

  struct events {
    /// Must lead to one call of the answer, from any thread.
    std::function<void(const control::hello&, const peer& from, answer)>
        on_hello;
    std::function<void(const control::members&)> on_members;
    /// A watched peer is gone.
    std::function<void(node_id, const std::string& reason)> on_down;
    std::function<std::vector<std::byte>()> status;
  };

  /// Publishes the actor at HOST:PORT; 0 lets the system choose. Fails with
  /// `io` and the address.
  static result<std::unique_ptr<gateway>> open(caf::actor_system& system,
                                               const std::string& host,
                                               std::uint16_t port, events to);
  /// Closes the port and ends the actor; no event comes after it.
  ~gateway();
  gateway(const gateway&) = delete;
  gateway& operator=(const gateway&) = delete;

  std::uint16_t port() const noexcept {
    return port_;
  }

  struct greeted {
    peer who;
    control::message answer;
  };
  /// Connects to the gateway at HOST:PORT, where somebody listens, and says
  /// hello. Fails with `unreachable`.
  void connect(const std::string& host, std::uint16_t port,
               const control::hello& greeting,
               std::chrono::milliseconds timeout,
               std::function<void(result<greeted>)> done);

  void tell(const peer& to, const control::message& m);
  /// Calls `on_down` with `id` when `who` is gone.
  void watch(node_id id, const peer& who);
  void forget(const peer& who);

private:
  gateway(caf::actor_system& system, events to);

  caf::actor_system& system_;
  caf::actor actor_;
  std::uint16_t port_ = 0;
};

} // namespace tern
