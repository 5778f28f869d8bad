#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tern::bench {

/// A task of which only matters how long it takes and what it waits for.
struct timed_task {
  double seconds = 0;
  std::vector<std::uint32_t> reads; ///< numbers of other tasks, each once

  friend bool operator==(const timed_task&, const timed_task&) = default;
};

/// Tasks by number; all that one reads come before it.
using timed_graph = std::vector<timed_task>;

/// Seconds of all tasks together.
double work_in(const timed_graph& tasks);

/// Of each task, its own seconds and those of the longest way that begins where
/// it ends: its bottom level.
std::vector<double> remaining_paths(const timed_graph& tasks);

/// The same tasks, each `factor` times as long.
timed_graph scaled(timed_graph tasks, double factor);

} // namespace tern::bench
