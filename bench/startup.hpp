#pragma once

#include "bench/report.hpp"

#include <vector>

namespace tern::bench {

/// How long until something can be done: `tern eval 1+1` as a whole process,
/// the resident memory of an idle `tern node`, and three local nodes, from the
/// first process' start until the last has all three as members.
std::vector<row> run_startup(unsigned repeats);

} // namespace tern::bench
