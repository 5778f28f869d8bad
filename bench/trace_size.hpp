#pragma once

#include "bench/report.hpp"

#include <string>
#include <vector>

namespace tern::bench {

struct trace_size_options {
  double events = 1e8;
  unsigned repeats = 3;
  std::string folder = "/var/tmp"; ///< for the trace; it goes afterwards
  bool check = false;              ///< a small one: are the answers right?
};

/// How long `tern trace summary` and `tern story` take for a trace of so many
/// events, with its index and without, as whole processes. An answer that does
/// not tell of what is in the trace makes its row fail.
std::vector<row> run_trace_size(const trace_size_options& how);

} // namespace tern::bench
