#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// Elementwise work over two arrays of 10^8 float64 in memory, summed:
/// `sqrt(sin(a)**2 + cos(b)**2)*2 - a/b` ("waves") and `a*2 + b` ("line"),
/// against a hand-written OpenMP loop and against NumPy.
std::vector<row> run_fused(unsigned repeats, unsigned threads);

/// One measured run of our side, after one that touched the memory. Prints
/// {"seconds", "value"}.
int run_fused_once(const std::string& expression, std::int64_t n,
                   unsigned threads);

} // namespace tern::bench
