#pragma once

#include "dataflow/runtime/serial_thread.hpp"

#include <atomic>
#include <chrono>

namespace tern {

/// Notices that this process did not run for a while: it was stopped, or its
/// machine had no time for it. A thread looks at the clock every half second
/// and misses the looks that it could not take.
class pause_detector {
public:
  using clock = serial_thread::clock;

  pause_detector() {
    look();
  }

  /// Whether the process stood still for so long that others may have taken it
  /// for dead, and has been running again for less than one and a half seconds,
  /// which is less than it takes to find another one silent. Any thread may
  /// ask.
  bool was_paused() const noexcept {
    const auto now = clock::now();
    return now - looked_.load() > shortest || now - woke_.load() < recent;
  }

private:
  static constexpr std::chrono::milliseconds interval{500};
  // Others wait for two seconds, and last heard of it half a second before.
  static constexpr std::chrono::milliseconds shortest{1250};
  static constexpr std::chrono::milliseconds recent{1500};

  void look() {
    const auto now = clock::now();
    if (now - looked_.load() > shortest)
      woke_ = now;
    looked_ = now;
    thread_.post_after(interval, [this] { look(); });
  }

  std::atomic<clock::time_point> looked_{clock::now()};
  std::atomic<clock::time_point> woke_{clock::now() - recent};
  serial_thread thread_; ///< ends first
};

} // namespace tern
