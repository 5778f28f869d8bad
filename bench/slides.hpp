#pragma once

#include "bench/report.hpp"

#include <vector>

namespace tern::bench {

/// What people show on slides, by `tern eval` on this host's threads:
/// the product of two n x n matrices against one OpenBLAS call over the whole,
/// and `((x + x.T) - x.mean(axis=0)).std()` against Debian's Dask on as many
/// threads, with the peak of resident memory.
std::vector<row> run_slides(unsigned repeats, unsigned threads);

} // namespace tern::bench
