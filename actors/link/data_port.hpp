#pragma once

#include "actors/link/event_loop.hpp"
#include "actors/link/hello.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>

namespace tern {

/// Where the links of other nodes arrive: accepts connections, hears their
/// greeting and hands over those that are admitted.
///
/// Whatever else connects is closed and counted: bytes that are no greeting,
/// silence, strangers. At most `max_waiting` connections may be ungreeted at a
/// time; the oldest gives way. Belongs to the loop, but for the counter.
class data_port {
public:
  using admit = std::function<hello_answer(node_id from)>;
  using accepted = std::function<void(node_id from, unique_fd socket)>;

  static constexpr std::size_t max_waiting = 256;

  data_port(event_loop& loop, unique_fd listener, node_id self,
            std::chrono::milliseconds timeout, admit decide, accepted done);

  void open();
  void close();

  /// Connections that did not become links.
  std::uint64_t turned_away() const noexcept {
    return turned_away_.load(std::memory_order_relaxed);
  }

private:
  void accept_all();
  void hear(unique_fd socket);
  void give_up_oldest();

  event_loop& loop_;
  unique_fd listener_;
  node_id self_;
  std::chrono::milliseconds timeout_;
  admit admit_;
  accepted accepted_;
  std::list<std::function<void()>> waiting_; // each gives one up
  std::atomic<std::uint64_t> turned_away_{0};
};

} // namespace tern
