#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace tern {

/// CLOCK_MONOTONIC in ns: the same for all processes of a host.
std::uint64_t monotonic_ns() noexcept;

/// Cheap time stamps for trace events, turned into CLOCK_MONOTONIC later.
///
/// Where the processor has an invariant time stamp counter a tick is one of
/// its ticks (10 ns to read, against 25 for the system's clock); a second pair
/// of readings at the end gives the rate, so that the error is that of reading
/// the pairs (below 0.1 us), however long or short the span. Elsewhere a tick
/// is a nanosecond of the system's clock.
class trace_clock {
public:
  trace_clock() noexcept;

  std::uint64_t ticks() const noexcept {
#if defined(__x86_64__)
    if (counter_) [[likely]]
      return __rdtsc();
#endif
    return monotonic_ns();
  }

  /// A line through two pairs of readings.
  class converter {
  public:
    std::uint64_t operator()(std::uint64_t ticks) const noexcept {
      auto since = static_cast<std::int64_t>(ticks - ticks_);
      auto ns = static_cast<double>(since) * ns_per_tick_;
      return ns_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(ns));
    }

  private:
    friend class trace_clock;
    std::uint64_t ticks_ = 0;
    std::uint64_t ns_ = 0;
    double ns_per_tick_ = 1;
  };

  /// Good for ticks read since this clock was made.
  converter calibrate() const noexcept;

private:
  struct reading {
    std::uint64_t ticks;
    std::uint64_t ns;
  };
  reading read() const noexcept;

  bool counter_;
  reading start_;
};

} // namespace tern
