#pragma once

#include "actors/trace/event.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace tern {

/// A bounded queue of events from one writing thread to one reader at a time.
///
/// The writer never waits: an event that finds the ring full is counted and
/// dropped. `push` belongs to the owning thread, `drain` to whoever holds the
/// tracer's lock, the counters to anybody.
class trace_ring {
public:
  /// `capacity` is a power of two.
  trace_ring(std::uint32_t thread, std::string name, std::uint64_t capacity)
    : thread_(thread), name_(std::move(name)), mask_(capacity - 1),
      events_(new trace_event[capacity]) {}

  void push(const trace_event& event) noexcept {
    auto head = head_.load(std::memory_order_relaxed);
    if (head - seen_tail_ > mask_) [[unlikely]] {
      seen_tail_ = tail_.load(std::memory_order_acquire);
      if (head - seen_tail_ > mask_) {
        lost_.fetch_add(1, std::memory_order_relaxed);
        return;
      }
    }
    events_[head & mask_] = event;
    head_.store(head + 1, std::memory_order_release);
  }

  /// Hands every event that is there to `f`, oldest first.
  template <class F>
  void drain(F&& f) {
    auto tail = tail_.load(std::memory_order_relaxed);
    auto head = head_.load(std::memory_order_acquire);
    for (; tail != head; ++tail)
      f(events_[tail & mask_]);
    tail_.store(tail, std::memory_order_release);
  }

  /// A scope that the writer has met, and its index.
  struct known_scope {
    std::uint64_t high = 0;
    std::uint16_t index = 0;
  };
  /// Where the writer remembers `high`, instead of another if need be.
  known_scope& scope_near(std::uint64_t high) noexcept {
    return scopes_[high % scopes_.size()];
  }

  std::uint32_t thread() const noexcept {
    return thread_;
  }
  const std::string& name() const noexcept {
    return name_;
  }
  std::uint64_t lost() const noexcept {
    return lost_.load(std::memory_order_relaxed);
  }

  /// The writer says that it ends; what it wrote before is seen by whoever
  /// sees that it has.
  void end() noexcept {
    ended_.store(true, std::memory_order_release);
  }
  bool has_ended() const noexcept {
    return ended_.load(std::memory_order_acquire);
  }

  /// The time last handed out, so that times never run backwards.
  std::uint64_t last_time = 0;

private:
  std::uint32_t thread_;
  std::string name_;
  std::uint64_t mask_;
  std::unique_ptr<trace_event[]> events_;
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<bool> ended_{false};
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::uint64_t seen_tail_ = 0; // the writer's copy
  std::array<known_scope, 16> scopes_;
  alignas(64) std::atomic<std::uint64_t> tail_{0};
};

} // namespace tern
