#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// What people show on slides, in a session on this host's threads:
/// the product of two n x n matrices against one OpenBLAS call over the whole,
/// and `((x + x.T) - x.mean(axis=0)).std()` against Debian's Dask on as many
/// threads, with the peak of resident memory.
std::vector<row> run_slides(unsigned repeats, unsigned threads);

/// One measured run, after one that touched the memory. `kind`: "product" or
/// "slide". Prints {"seconds", "value"}.
int run_slides_once(const std::string& kind, std::int64_t n, unsigned threads);

} // namespace tern::bench
