#pragma once

#include "bench/timed_graph.hpp"

namespace tern::bench {

/// Seconds from the first task to the last by an ideal list schedule: whenever
/// one of `machines` (at least one) is free it takes, of the tasks whose inputs
/// are there, the one with the longest remaining path; between machines nothing
/// takes time. (Hu, Operations Research 9, 1961.)
double list_schedule(const timed_graph& tasks, unsigned machines);

/// The same tasks, numbered by their remaining path, the longest first. (What a
/// task reads still comes before it: its path is no shorter.)
timed_graph by_remaining_path(const timed_graph& tasks);

/// What no schedule can beat: the longest path, or the work that each machine
/// has if all are always busy.
double schedule_bound(const timed_graph& tasks, unsigned machines);

} // namespace tern::bench
