#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct scaleout_options {
  unsigned repeats = 5;
  bool check = false; ///< one short run each, without rivals
};

/// The same tasks that sleep on 1, 2 and 4 node processes, so that it is about
/// finding work and not about processors; and a node that is started in the
/// middle of a plan: how long from the start of its process until its first
/// task runs. Beside Debian's Dask on a LocalCluster.
std::vector<row> run_scaleout(const scaleout_options& how);

/// Figures of one run: of "nodes" {"seconds"}; of "join", which begins with
/// that many nodes, {"seconds", "first", "share"}: until the first task runs on
/// the new node, and which share of the tasks it ran.
int run_scaleout_once(const std::string& kind, unsigned nodes,
                      std::int64_t tasks);

} // namespace tern::bench
