#pragma once

#include "actors/link/borrowed_bulks.hpp"
#include "actors/link/event_loop.hpp"
#include "actors/link/peer_memory.hpp"
#include "actors/link/receiver.hpp"
#include "actors/link/send_queue.hpp"
#include "actors/node.hpp"
#include "actors/patient_mutex.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace tern {

/// When a link asks whether its peer lives, and how long it may be silent
/// though others hear the peer. It mostly ends before that, by what they say:
/// control/suspicion.hpp.
struct heartbeat {
  std::chrono::milliseconds interval{500};
  std::chrono::milliseconds silence{3750};
};

struct link_options {
  heartbeat beat{};
  std::uint64_t max_bulk = 0; ///< bytes of the largest bulk that is received
  bool shares_memory = true;  ///< with a peer of this host
};

/// One end of the connection between two nodes, after the handshake.
///
/// Two processes of one host read large bulks from each other's memory, where
/// the system lets them; else these go over the connection in chunks.
///
/// `send`, `send_bulk`, `flush` and the counters may be called from any
/// thread: they write to the socket themselves as long as it takes bytes, and
/// leave the rest to the event loop. All other members belong to the loop.
class link final : public std::enable_shared_from_this<link>,
                   private frame_sink {
public:
  /// What the node does with messages and with the link's end. Called on the
  /// loop's thread. `on_closed` comes once, and no message after it.
  struct events {
    std::function<void(const message_view&, buffer bulk)> on_message;
    std::function<void()> on_batch_end = {}; ///< of messages that came together
    std::function<void(const std::string& reason)> on_closed;
  };

  struct counters {
    std::uint64_t messages_sent = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_lent = 0; ///< of these, read by the peer in memory
    std::uint64_t bytes_received = 0;
    std::uint64_t dropped = 0;
    std::uint64_t queued = 0; ///< bytes that wait now
  };

  /// The reason of an orderly end.
  static constexpr auto left = "left";

  link(event_loop& loop, unique_fd socket, node_id peer, events to,
       const link_options& options);
  ~link();

  node_id peer() const noexcept {
    return peer_;
  }

  void send(message_kind kind, const envelope& head,
            std::span<const std::byte> payload);
  void send_bulk(message_kind kind, const envelope& head,
                 std::span<const std::byte> payload, buffer bulk);
  void flush();
  counters count() const;

  /// Watches the socket for room to write; nothing is read yet.
  void open();
  /// Delivers messages from now on.
  void start_reading();
  /// Asks a silent peer for a sign of life, ends the link of a dead one.
  void beat();
  /// Asks for a sign of life, whenever the last one was.
  void probe();
  event_loop::clock::time_point heard() const noexcept {
    return heard_;
  }
  /// No sign of life was listened for lately: begins to count anew.
  void forgive_silence();
  /// Says goodbye behind all that is queued.
  void say_goodbye();
  /// Ends the link; `on_closed` is called with `reason` unless it was before.
  void close(const std::string& reason);

  /// The last measured time to the peer and back; 0 before the first answer.
  std::chrono::nanoseconds round_trip() const noexcept {
    return std::chrono::nanoseconds{
        round_trip_.load(std::memory_order_relaxed)};
  }

private:
  void on_message(const message_view& message, buffer bulk) override;
  void on_frame(wire::frame_type type,
                std::span<const std::byte> body) override;

  void on_challenge(std::span<const std::byte> nonce);
  void on_mark(std::span<const std::byte> body);
  void on_readable();
  void on_lent(std::span<const std::byte> body);
  void on_taken();
  void on_goodbye();
  void on_time(wire::frame_type type, std::span<const std::byte> body);
  void send_frame(wire::frame_type type, std::span<const std::byte> body);
  void read_lent();
  result<void> read_some_lent();
  void take(borrowed_bulks::taken& bulk);

  void on_ready(std::uint32_t ready);
  void on_writable();
  void read(bool to_the_end);
  bool read_once(bool to_the_end);
  void end_batch();
  void hand_to_loop();
  void flush_after_round();
  void write(std::unique_lock<patient_mutex>& lock, std::size_t budget);
  ssize_t write_pieces(send_queue::pieces pieces);
  void send_time(wire::frame_type type, std::uint64_t time);

  event_loop& loop_;
  const unique_fd socket_;
  const node_id peer_;
  const events events_;
  const heartbeat beat_;

  mutable patient_mutex mutex_; // guards what follows
  send_queue queue_;
  bool writing_ = false; // a thread writes, without the lock
  bool blocked_ = false; // the loop will go on writing
  bool retry_ = false;   // the socket took bytes again while one was writing
  bool shut_ = false;    // nothing more is sent
  bool flush_planned_ = false;
  counters counters_;

  // The loop's own.
  receiver receiver_;
  const bool shares_memory_;
  memory_mark mark_;     // of what this end lends
  memory_nonce nonce_{}; // of the peer's mark
  bool marked_ = false;  // it has said where that is
  borrowed_bulks borrowed_;
  bool reading_ = false;
  bool peer_left_ = false;
  bool closed_ = false;
  event_loop::clock::time_point heard_;
  event_loop::clock::time_point asked_;
  std::atomic<std::uint64_t> bytes_received_{0};
  std::atomic<std::uint64_t> dropped_{0};          // for want of memory
  std::atomic<std::uint64_t> borrowed_dropped_{0}; // the same
  std::atomic<std::int64_t> round_trip_{0};
};

} // namespace tern
