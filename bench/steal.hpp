#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct steal_options {
  unsigned nodes = 16;         ///< of the case with one owner
  std::int64_t tiny = 300'000; ///< tasks of the last case
  unsigned repeats = 5;
  bool check = false; ///< one small run each, without rivals
};

/// How work finds idle node processes, by tasks that sleep: from a probe to a
/// stolen task that runs; the share of busy time when one node owns all tasks;
/// very uneven times against the ideal; and tiny tasks a second on two
/// processes, with and without their results, against Dask's `Client.map`.
std::vector<row> run_steal(const steal_options& how);

/// One run of a case: "probe", "share", "uneven", "summed" or "gathered" (tiny
/// tasks whose results the nodes add up, or the session gets). Prints its
/// figures; fails unless each task ran.
int run_steal_once(const std::string& kind, unsigned nodes, std::int64_t tasks);

} // namespace tern::bench
