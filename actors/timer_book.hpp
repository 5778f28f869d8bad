#pragma once

#include "actors/mobility_event.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <vector>

namespace tern {

/// The timers of a host's machine. There are many, nearly all of channels that
/// make progress long before they are due; so one costs an entry in a queue,
/// and CAF's clock has a message for the earliest alone. Those of the common
/// delay are looked at in bulk and come up to `slack` late.
///
/// A value without a clock, not safe for threads.
class timer_book {
public:
  using time = std::chrono::nanoseconds; ///< CLOCK_MONOTONIC
  static constexpr time never = time::max();
  static constexpr duration slack = std::chrono::milliseconds(5);

  explicit timer_book(duration common) : common_(common) {}

  /// Whoever calls this has to call `take_due` at the time that is given back,
  /// unless it is `never`: somebody does so early enough.
  time add(const mobility_timer& t, duration delay, time now);

  /// Adds to `out` what is due, some of it at a time. Returns whether there is
  /// more of it.
  bool take_due(time now, std::vector<mobility_timer>& out);
  /// After the last `take_due` of one time: when it has to be called again, as
  /// for `add`.
  time next_call(time now);

private:
  struct entry {
    time due{};
    mobility_timer timer;
  };

  duration common_;
  std::deque<entry> queue_; // of the common delay, so in their order
  std::multimap<time, mobility_timer> others_;
  time promised_ = never; // the next call
};

} // namespace tern
