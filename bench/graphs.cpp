#include "bench/graphs.hpp"

#include "bench/child.hpp"
#include "bench/graph_file.hpp"
#include "bench/graph_shapes.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"
#include "dataflow/api/run_error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

namespace tern::bench {

namespace {

constexpr double most_over_ideal = 1.15;
constexpr std::size_t few_tasks = 64;
constexpr double short_run = 0.3;

struct case_source {
  std::string kind; ///< "shape" or "file"
  std::string source;
  std::string name; ///< to be shown
};

std::vector<case_source> sources_of(const graphs_options& how) {
  std::vector<case_source> sources;
  for (const auto& path : how.files) {
    if (const auto ok = read_graph_file(path); !ok)
      throw run_error{ok.error()};
    sources.push_back(
        {"file", path, std::filesystem::path{path}.stem().string()});
  }
  if (sources.empty())
    for (const auto& shape : graph_shapes())
      sources.push_back({"shape", shape, shape});
  return sources;
}

std::vector<std::string> words_of(const case_source& from,
                                  const graphs_options& how) {
  return {"graphs-once",
          from.kind,
          from.source,
          std::to_string(how.nodes),
          std::to_string(how.check ? few_tasks : how.tasks),
          fmt::format("{}", how.check ? short_run : how.seconds),
          std::to_string(how.seed),
          how.blind ? "1" : "0"};
}

} // namespace

std::vector<row> run_graphs(const graphs_options& how) {
  const auto sources = sources_of(how);
  const auto runs = how.check ? 1 : how.repeats;
  std::vector<row> rows;
  for (const auto& from : sources) {
    const auto found = interleave(runs, [&] {
      return figure_of(own_path(), words_of(from, how), "over");
    });
    rows.push_back(of_all_runs(
        compare("graphs", fmt::format("{}, {} nodes", from.name, how.nodes),
                "x ideal", "", found,
                how.check ? promise{} : at_most(most_over_ideal)),
        found, runs));
  }
  return rows;
}

} // namespace tern::bench
