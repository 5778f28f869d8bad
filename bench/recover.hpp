#pragma once

#include "bench/report.hpp"

#include <vector>

namespace tern::bench {

struct recover_options {
  unsigned repeats = 5;
  bool check = false; ///< one short run, without rivals
};

/// One of three node processes is killed in the middle of a plan whose tasks
/// sleep: how long until the others know, until the value is there, and how
/// much was done again; beside a worker killed in the same moment of the same
/// work of Debian's Dask on a LocalCluster. A value with other bits than that
/// of `synchronous` fails.
std::vector<row> run_recover(const recover_options& how);

/// The work once without a death and once with one. `nap`: seconds that a task
/// takes. Prints {"plain", "seconds", "told", "again", "value", "wrong"}: the
/// time without and with a death, from the kill until told, tasks done again,
/// and whether a value has other bits than it should.
int run_recover_once(double nap);

} // namespace tern::bench
