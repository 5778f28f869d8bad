#pragma once

#include "bench/report.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tern::bench {

/// Empty tasks, the very actors that `tern eval` runs: 10^6 of them,
/// independent, in a chain, a tree and random layers with 3 inputs, built and
/// run by 2 threads. Rival: oneTBB flow_graph on the same graph, which has to
/// come to the same checksum.
std::vector<row> run_tasks(std::size_t n, unsigned threads, unsigned repeats);

/// One measured run in this process; prints a task_run, does not return.
int run_tasks_once(const std::string& kind, std::size_t n, unsigned threads);

} // namespace tern::bench
