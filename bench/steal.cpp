#include "bench/steal.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"

#include <fmt/format.h>

#include <functional>
#include <optional>
#include <string>

namespace tern::bench {

namespace {

constexpr std::int64_t naps_a_node = 100;
constexpr unsigned uneven_nodes = 4;
constexpr unsigned tiny_nodes = 2;
constexpr std::int64_t dask_tasks = 5000; // it takes 1.5 ms for each
constexpr double least_rate = 300'000;

std::optional<double> figure(const char* kind, unsigned nodes,
                             std::int64_t tasks, const char* which,
                             double factor = 1) {
  auto found = figure_of(
      own_path(),
      {"steal-once", kind, std::to_string(nodes), std::to_string(tasks)},
      which);
  if (found)
    *found *= factor;
  return found;
}

std::optional<double> dask_rate() {
  return figure_of("/usr/bin/python3",
                   {TERN_BENCH_SOURCES "/rival_dask_map.py",
                    std::to_string(dask_tasks), std::to_string(tiny_nodes)},
                   "rate");
}

/// Runs one case; a check judges nothing but that each run ended well.
class cases {
public:
  explicit cases(const steal_options& how)
    : check_(how.check), runs_(how.check ? 1 : how.repeats) {}

  row operator()(const std::string& name, const char* unit, const promise& p,
                 const std::function<std::optional<double>()>& ours,
                 const char* rival = "",
                 const std::function<std::optional<double>()>& theirs = {}) {
    const auto found =
        check_ ? interleave(runs_, ours) : interleave(runs_, ours, theirs);
    return of_all_runs(compare("steal", name, unit, check_ ? "" : rival, found,
                               check_ ? promise{} : p),
                       found, runs_);
  }

private:
  bool check_;
  unsigned runs_;
};

promise more_than(double limit) {
  promise p;
  p.more_than = limit;
  p.larger_is_better = true;
  return p;
}

} // namespace

std::vector<row> run_steal(const steal_options& how) {
  cases measure{how};
  const std::int64_t few = how.check ? 40 : 1000;
  const auto nodes = how.check ? 3 : how.nodes;
  const auto naps = (how.check ? 10 : naps_a_node) * nodes;
  const auto uneven = uneven_nodes * (how.check ? 10 : naps_a_node);
  const auto tiny = how.check ? 5000 : how.tiny;
  return {
      measure("from probe to running", "us", at_most(200),
              [&] { return figure("probe", 2, few, "seconds", 1e6); }),
      measure(fmt::format("{} nodes busy, one owner", nodes), "share",
              more_than(0.9),
              [&] { return figure("share", nodes, naps, "share"); }),
      measure(fmt::format("uneven naps, {} nodes", uneven_nodes), "x ideal",
              at_most(1.15),
              [&] { return figure("uneven", uneven_nodes, uneven, "over"); }),
      // each is a source, a call and a step of the sum, and all of them count
      measure("tiny tasks, 2 processes", "tasks/s", more_than(least_rate),
              [&] { return figure("summed", tiny_nodes, tiny, "all_rate"); }),
      measure(
          "calls, results gathered", "calls/s", more_than(least_rate),
          [&] { return figure("gathered", tiny_nodes, tiny, "rate"); },
          "Dask, Client.map", dask_rate)};
}

} // namespace tern::bench
