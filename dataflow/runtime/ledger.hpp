#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace tern {

/// Counts the bytes of blocks on a node, made here or brought here, and says
/// whether a source may fire. Thread-safe.
///
/// The rule: a source (a task without inputs) fires while what is held and what
/// the running tasks will give stay below 60 % of the limit; tasks with inputs
/// always may, since they are what frees memory. When nothing else can run on
/// the node the next source fires all the same (`must_progress`), so that no
/// plan waits for ever; keeping the limit then takes spilling, which this
/// version does not have.
class ledger {
public:
  /// `limit` in bytes; 0: none.
  explicit ledger(std::uint64_t limit = 0) noexcept : limit_(limit) {}

  void charge(std::uint64_t bytes) noexcept {
    const auto now = used_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    auto peak = peak_.load(std::memory_order_relaxed);
    while (
        now > peak
        && !peak_.compare_exchange_weak(peak, now, std::memory_order_relaxed))
      continue;
  }
  void credit(std::uint64_t bytes) noexcept {
    used_.fetch_sub(bytes, std::memory_order_relaxed);
  }
  bool source_may_fire(std::uint64_t bytes) const noexcept {
    return limit_ == 0 || used() + bytes <= limit_ / 5 * 3;
  }
  /// A moving task with a block of `bytes` has room here.
  bool may_take(std::uint64_t bytes) const noexcept {
    return limit_ == 0 || bytes == 0 || used() + bytes <= limit_;
  }
  /// What work from elsewhere may take up here: all below which sources fire.
  std::uint64_t room() const noexcept {
    if (limit_ == 0)
      return std::numeric_limits<std::uint64_t>::max();
    const auto most = limit_ / 5 * 3;
    return most - std::min(most, used());
  }
  std::uint64_t used() const noexcept {
    return used_.load(std::memory_order_relaxed);
  }
  std::uint64_t peak() const noexcept {
    return peak_.load(std::memory_order_relaxed);
  }
  /// From now on `peak` is that of what follows.
  void forget_peak() noexcept {
    peak_.store(used());
  }
  std::uint64_t limit() const noexcept {
    return limit_;
  }

private:
  std::uint64_t limit_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> peak_{0};
};

} // namespace tern
