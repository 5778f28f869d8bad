#pragma once

#include "dataflow/runtime/why.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace tern {

/// Notices that a plan makes no progress, and asks why. Pure: time, progress
/// and answers come from outside.
///
/// It looks for the reason after ten seconds in which nothing was done, and
/// then each time that three times as long has passed without anything.
class stall_watch {
public:
  using time = std::chrono::steady_clock::time_point;

  explicit stall_watch(time now) : since_(now) {}

  /// Tasks done so far, and a result that is not there. Returns whose report
  /// somebody should ask for now; the same again after a while, and then it
  /// goes on without.
  std::optional<block_key> look(time now, std::uint64_t done,
                                const block_key& awaited);
  /// What was asked for. One that was not, or comes late, changes nothing.
  void answer(const task_report& report);
  /// Once the reason is known: why, and for how long nothing was done. Then it
  /// begins anew.
  struct finding {
    reason why;
    std::chrono::seconds stalled{};
  };
  std::optional<finding> found(time now);

private:
  void begin_anew(time now);

  time since_; ///< nothing was done
  std::uint64_t done_ = 0;
  std::chrono::seconds patience_{first_patience};
  std::optional<reason_chain> chain_;
  time asked_{};
  int times_asked_ = 0;

  static constexpr std::chrono::seconds first_patience{10};
  static constexpr int more_patience = 3;
  static constexpr std::chrono::seconds answer_time{2};
  static constexpr int most_times = 2;
};

} // namespace tern
