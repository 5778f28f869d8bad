#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct memory_options {
  std::int64_t n = 40'000; ///< of the slide
  std::int64_t product_n = 10'000;
  std::uint64_t limit = 2'000'000'000; ///< bytes, of the slide
  bool full = false;                   ///< also 100,000 x 100,000, 80 GB
  unsigned repeats = 5;
  bool check = false; ///< small, without rivals: is the limit kept, are the
                      ///< bits those of `synchronous`?
};

/// `((x + x.T) - x.mean(axis=0)).std()` within a limit of memory, on threads
/// and on two node processes: the most that all processes have together, and
/// seconds; beside Debian's Dask on threads (which knows no limit) and on a
/// LocalCluster with the same limit. And a product that is held in 512 MB, and
/// used twice: what was spilled, and whether its bits are those without limit.
std::vector<row> run_memory(const memory_options& how);

/// One run. `work`: "slide" or "product"; `where`: "synchronous", "threads" or
/// "processes" (two); `limit`: bytes; 0: none. Prints {"seconds", "value",
/// "spilled"}; the value is that of the work.
int run_memory_once(const std::string& work, const std::string& where,
                    std::int64_t n, std::uint64_t limit);

} // namespace tern::bench
