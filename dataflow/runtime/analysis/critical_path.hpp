#pragma once

#include "dataflow/runtime/analysis/plan_history.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tern {

/// What the time of a critical path goes into.
enum class path_part : std::uint8_t {
  computing, ///< a task runs
  queued,    ///< it has all it needs and does not run yet
  transfer,  ///< a block, the news of it, or a task is on its way
  unknown,   ///< the trace does not tell
};
inline constexpr std::size_t path_parts = 4;

std::string_view name_of(path_part part) noexcept;

/// A stretch of a critical path. Times are those of the history, ns.
struct path_step {
  path_part part = path_part::unknown;
  block_key task;       ///< that runs or waits; of a transfer: what travels
  std::size_t node = 0; ///< where; of a transfer: where to
  std::int64_t begin = 0;
  std::int64_t end = 0;

  std::int64_t duration() const noexcept {
    return end - begin;
  }
};

/// Why a plan took as long as it did: a chain of tasks and what was between
/// them, each of which had to end before the next could begin.
///
/// The steps follow each other without a gap from the plan's first event to the
/// last, so their durations add up to exactly that time.
struct critical_path {
  std::vector<path_step> steps; ///< in order of time, none empty
  std::array<std::int64_t, path_parts> sums{};

  std::int64_t sum(path_part part) const noexcept {
    return sums[static_cast<std::size_t>(part)];
  }
};

critical_path find_critical_path(const edge_index& edges,
                                 const plan_history& history);

} // namespace tern
