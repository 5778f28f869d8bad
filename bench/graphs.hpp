#pragma once

#include "bench/report.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct graphs_options {
  unsigned nodes = 8;
  std::size_t tasks = 320; ///< of a made graph, about
  double seconds = 3;      ///< that an ideal run takes
  std::uint64_t seed = 1;  ///< of made graphs
  bool blind = false;      ///< nobody tells how long tasks take
  std::vector<std::string> files;
  unsigned repeats = 5;
  bool check = false; ///< one short run each
};

/// Graphs of real shape on node processes with one compute thread each, against
/// an ideal list schedule of the same tasks (list_schedule.hpp): the made
/// shapes (graph_shapes.hpp), or those of `files` (graph_file.hpp) if there are
/// some. Tasks sleep, scaled to `seconds`; each is submitted with its remaining
/// path as its priority, which is what the list schedule knows as well. Throws
/// `run_error` for a file that is no graph.
std::vector<row> run_graphs(const graphs_options& how);

/// One run of a graph: `source` is a shape, or a file if `kind` is "file".
/// Prints its figures; fails unless each task ran once, after all it reads.
int run_graphs_once(const std::string& kind, const std::string& source,
                    const graphs_options& how);

} // namespace tern::bench
