#pragma once

#include "actors/control/control_message.hpp"
#include "actors/link/hello.hpp"
#include "actors/link/socket.hpp"
#include "actors/node.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

// Somebody who is no node of ours: a plain CAF program and bare sockets.

namespace tern::testing {

/// A CAF program of the default settings that speaks to a gateway.
class caf_program {
public:
  explicit caf_program(const node& n);
  ~caf_program();

  bool connected() const;

  /// The answer to bytes; nothing if there was none within 5 s.
  std::optional<control::bytes> ask(const control::bytes& question);
  /// The same with messages.
  std::optional<control::message> ask(const control::message& question);

  /// Messages of types that no gateway knows.
  void send_nonsense();
  void kill_gateway();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
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
