#pragma once

#include "bench/report.hpp"

#include <string>
#include <vector>

namespace tern::bench {

/// Eight cases of the Savina suite (Imam and Sarkar, AGERE! 2014), on one actor
/// system in one process. Rival: the same cases on bare CAF, whose workers are
/// as many and of the same policy as those below tern's actors.
struct savina_options {
  unsigned repeats = 5;
  double scale = 1;   ///< of the sizes
  bool check = false; ///< whether all results are right, however long it takes
  std::vector<std::string> only; ///< empty: all cases
};
std::vector<std::string> savina_names();
std::vector<row> run_savina(const savina_options& o);

/// One measured run of our side in this process; prints what it took.
int run_savina_once(const std::string& name, double scale);

} // namespace tern::bench
