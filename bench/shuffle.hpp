#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <vector>

namespace tern::bench {

struct shuffle_options {
  std::int64_t n = 20'000; ///< a multiple of `shuffle_blocks`
  std::vector<unsigned> nodes{2, 4};
  unsigned repeats = 5;
  bool check = false; ///< one run, without rivals: is the result right?
};

/// So many blocks the array is cut into, by rows and by columns.
inline constexpr std::int64_t shuffle_blocks = 20;

/// An n x n array of float64 in blocks of rows, held by node processes, is cut
/// into blocks of columns: seconds until those are held, the second time in a
/// session. Against one MPI_Alltoall of the same bytes between as many
/// processes, its second call, and Debian's Dask on a LocalCluster.
std::vector<row> run_shuffle(const shuffle_options& how);

/// One such session. Prints {"seconds", "value"}: elements at a wrong place.
int run_shuffle_once(std::int64_t n, unsigned nodes);

} // namespace tern::bench
