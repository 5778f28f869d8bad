#pragma once

#include "actors/trace/clock.hpp"
#include "actors/trace/event.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace tern {

class trace_ring;

/// A node's recorder: one ring for each thread that emits.
///
/// Off, `emit` is one relaxed load. On, it writes 32 bytes into the ring of
/// the calling thread and takes no lock. Any thread may call anything; the
/// rings are drained while their writers go on.
class tracer {
public:
  /// `ring_events` (a power of two) is the room of each thread.
  explicit tracer(node_id self, std::uint64_t ring_events = 1u << 16);
  ~tracer();
  tracer(const tracer&) = delete;
  tracer& operator=(const tracer&) = delete;

  void enable() noexcept {
    enabled_.store(true, std::memory_order_relaxed);
  }
  void disable() noexcept {
    enabled_.store(false, std::memory_order_relaxed);
  }
  bool enabled() const noexcept {
    return enabled_.load(std::memory_order_relaxed);
  }

  /// Records that `kind` happened to `actor`, now, on this thread. `peer` is
  /// an index from `peer_index`.
  void emit(trace_kind kind, const actor_id& actor, std::uint64_t argument = 0,
            std::uint16_t extra = 0, std::uint16_t peer = 0) noexcept {
    if (enabled()) [[unlikely]]
      record(kind, actor, argument, extra, peer);
  }

  /// A number that no other message of any node has: bits of the incarnation
  /// above, a counter below. Never 0.
  std::uint64_t next_number() noexcept {
    return number_base_ | numbers_.fetch_add(1, std::memory_order_relaxed);
  }

  /// The index by which events name `node`; 0 for this node itself and, once
  /// the table is full, for any other.
  std::uint16_t peer_index(node_id node);

  /// Takes all events out of the rings. `name` and `pid` are left empty.
  node_trace drain();

private:
  void record(trace_kind kind, const actor_id& actor, std::uint64_t argument,
              std::uint16_t extra, std::uint16_t peer) noexcept;
  std::uint16_t scope_index(trace_ring& ring, std::uint64_t high) noexcept;
  trace_ring* ring_of_this_thread() noexcept;
  trace_ring* make_ring();

  std::atomic<bool> enabled_{false};
  const std::uint64_t serial_; // tells tracers apart, also after their end
  const std::uint64_t number_base_;
  const std::uint64_t ring_events_;
  std::atomic<std::uint64_t> numbers_{1};
  trace_clock clock_;

  std::mutex mutex_; // guards what follows
  std::vector<node_id> peers_;
  std::vector<std::uint64_t> scopes_{0};
  std::vector<std::shared_ptr<trace_ring>> rings_;
  std::uint32_t threads_ = 0;
  std::uint64_t lost_with_rings_ = 0;
};

} // namespace tern
