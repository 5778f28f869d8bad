#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct trace_options {
  unsigned pairs = 21;
  std::int64_t empty = 1'000'000;  ///< tasks that do nothing
  std::int64_t long_ones = 10'000; ///< tasks of 100 us
  bool check = false;              ///< a few small runs: do they end well?
};

/// What recording costs in CPU seconds (user and system, of all processes): the
/// flight recorder on empty tasks and on tasks of 100 us, against none; and all
/// messages to a file.
std::vector<row> run_trace(const trace_options& how);

/// One run of so many tasks which go round a loop so often, on two node
/// processes; `file`: where it traces to ("-": nowhere). Fails unless each task
/// ran, and if a recorded event was lost.
int run_trace_once(std::int64_t tasks, std::uint64_t rounds,
                   const std::string& file);

/// How often a task goes round the loop in about 100 us.
std::uint64_t rounds_of_100_us();

} // namespace tern::bench
