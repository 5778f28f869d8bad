#pragma once

#include "actors/control/control_message.hpp"
#include "actors/link/hello.hpp"
#include "actors/link/socket.hpp"
#include "actors/node.hpp"

#include <caf/all.hpp>
#include <caf/io/all.hpp>

#include <optional>
#include <string>
#include <vector>

// Somebody who is no node of ours: a plain CAF program and bare sockets.

namespace tern::testing {

/// A CAF program of the default settings that speaks to a gateway.
class caf_program {
public:
  explicit caf_program(const node& n)
    : system_(config_.load<caf::io::middleman>()), self_(system_) {
    auto found = system_.middleman().remote_actor(n.self().host, n.self().port);
    if (found)
      gateway_ = *found;
  }

  bool connected() const {
    return static_cast<bool>(gateway_);
  }

  /// The answer to bytes; nothing if there was none within 5 s.
  std::optional<control::bytes> ask(const control::bytes& question) {
    std::optional<control::bytes> answer;
    self_->request(gateway_, std::chrono::seconds(5), question)
        .receive([&](const control::bytes& bytes) { answer = bytes; },
                 [](const caf::error&) {});
    return answer;
  }

  /// The same with messages.
  std::optional<control::message> ask(const control::message& question) {
    auto answer = ask(control::encode(question));
    auto message = answer ? control::decode(*answer)
                          : result<control::message>{fail({}, "")};
    return message ? std::optional{*message} : std::nullopt;
  }

  template <class... Ts>
  void send(Ts&&... parts) {
    self_->send(gateway_, std::forward<Ts>(parts)...);
  }

  void kill_gateway() {
    self_->send_exit(gateway_, caf::exit_reason::kill);
  }

private:
  struct config : caf::actor_system_config {
    template <class Module>
    config& load() {
      caf::actor_system_config::load<Module>();
      set("scheduler.max-threads", std::size_t{1});
      return *this;
    }
  };

  config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  caf::actor gateway_;
};

/// A blocking TCP connection.
class bare_socket {
public:
  bare_socket(const std::string& host, std::uint16_t port);

  bool send(std::span<const std::byte> bytes);
  /// At most `count` bytes; fewer when the other side closed.
  std::vector<std::byte> receive(std::size_t count);
  /// Waits until the other side closes; false after the deadline.
  bool wait_for_end();

private:
  unique_fd fd_;
};

} // namespace tern::testing
