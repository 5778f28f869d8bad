#pragma once

#include "apps/tern/page/page_rules.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace tern {

/// Serves the page over HTTP/1.1, on one thread of its own.
///
/// Connections are bounded: when there are too many, the one that has waited
/// longest without a request is closed for a new one. Whoever does not read
/// gets the newest of each stream once he does, and is closed after a while;
/// nobody waits for him. Any thread may call.
class page_server {
public:
  /// Called once, from any thread: status and JSON.
  using answer = std::function<void(unsigned status, std::string json)>;

  struct options {
    std::string host;
    std::uint16_t port = 0; ///< 0 picks one
    std::string token;      ///< see page_rules
    std::size_t most_connections = 128;
    std::size_t most_readers = 64; ///< of events; fewer than connections
  };
  struct listeners {
    std::function<void(std::size_t readers)> on_readers;
    std::function<void(std::uint64_t plan, std::optional<block_key> task,
                       answer)>
        on_why; ///< must not block
    std::function<void(const std::string& actor, answer)>
        on_story; ///< likewise
  };

  /// Listens, but answers nobody yet. Fails with `io`, naming the address.
  static result<std::unique_ptr<page_server>> open(options o);
  ~page_server();
  page_server(const page_server&) = delete;
  page_server& operator=(const page_server&) = delete;

  std::uint16_t port() const noexcept;

  /// Answers from now on; the listeners are called on the server's thread,
  /// until `stop` has returned. Each once.
  void run(listeners to);
  void stop();

  /// Sends an event to all readers, and to later ones as the first. `name` is
  /// of the stream, of which a reader gets the newest; `json` is one line.
  void publish(const std::string& name, const std::string& json);

private:
  struct impl;
  explicit page_server(std::unique_ptr<impl> i);
  std::unique_ptr<impl> impl_;
};

} // namespace tern
