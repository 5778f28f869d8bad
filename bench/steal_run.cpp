// One run of `tern-bench steal`, our side.

#include "bench/cluster.hpp"
#include "bench/functions.hpp"
#include "bench/nap_notes.hpp"
#include "bench/naps.hpp"
#include "bench/report.hpp"
#include "bench/steal.hpp"
#include "bench/steal_times.hpp"
#include "dataflow/api.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <map>
#include <numeric>
#include <ranges>
#include <utility>

namespace tern::bench {

namespace {

constexpr double short_nap = 0.002;
constexpr double usual_nap = 0.01;
constexpr double shortest_nap = 0.0003; // of the uneven ones
constexpr double longest_nap = 0.08;

int say(std::size_t wanted, const nap_notes& found,
        const std::string& figures) {
  if (found.all.size() != wanted) {
    std::cerr << fmt::format("{} of {} tasks have run\n", found.all.size(),
                             wanted);
    return 1;
  }
  std::cout << fmt::format("{{{}, \"processes\": {}}}\n", figures,
                           found.processes());
  return 0;
}

/// Ready tasks of one node, the other has none.
int probe(std::int64_t tasks) {
  cluster nodes{2};
  nap_notes found;
  nodes.run(equal_naps(tasks / 4, short_nap), 1); // before it counts
  nodes.record();
  nodes.run(equal_naps(tasks, short_nap), 1, found.hooks());
  auto times = probe_to_running(nodes.traces());
  if (times.empty()) {
    std::cerr << "no probe has brought a task\n";
    return 1;
  }
  return say(static_cast<std::size_t>(tasks), found,
             fmt::format("\"seconds\": {:.9f}, \"steals\": {}", median(times),
                         times.size()));
}

/// How long it took from the first nap until all nodes had one, and from the
/// first node that had no more to the end.
std::pair<double, double> ends_of(const nap_notes& found) {
  std::map<std::int64_t, nap_note> nodes; // first begun, last ended
  for (const auto& each : found.all) {
    auto& node = nodes.emplace(each.pid, each).first->second;
    node.begun = std::min(node.begun, each.begun);
    node.ended = std::max(node.ended, each.ended);
  }
  const auto spread = [&](std::int64_t nap_note::*when) {
    const auto [low, high] =
        std::ranges::minmax(nodes | std::views::values, {},
                            [when](const nap_note& n) { return n.*when; });
    return static_cast<double>(high.*when - low.*when) * 1e-9;
  };
  return {spread(&nap_note::begun), spread(&nap_note::ended)};
}

int share(unsigned count, std::int64_t tasks) {
  cluster nodes{count};
  nap_notes found;
  const auto report = nodes.run(equal_naps(tasks, usual_nap), 1, found.hooks());
  const auto [start, tail] = ends_of(found);
  return say(static_cast<std::size_t>(tasks), found,
             fmt::format("\"share\": {:.6f}, \"seconds\": {:.6f}, "
                         "\"start\": {:.6f}, \"tail\": {:.6f}",
                         found.slept() / (count * report.seconds),
                         report.seconds, start, tail));
}

/// From the shortest to the longest in a geometric row that goes on from node
/// to node: the last one has most of the work.
std::vector<double> uneven_row(unsigned nodes, std::int64_t tasks) {
  std::vector<double> seconds;
  const auto each = tasks / nodes;
  for (std::int64_t i = 0; i < each * nodes; ++i) {
    const auto place = static_cast<double>((i % nodes) * each + i / nodes)
                       / static_cast<double>(each * nodes - 1);
    seconds.push_back(shortest_nap
                      * std::pow(longest_nap / shortest_nap, place));
  }
  return seconds;
}

int uneven(unsigned count, std::int64_t tasks) {
  cluster nodes{count};
  nap_notes found;
  const auto row = uneven_row(count, tasks);
  const auto ideal =
      std::max(std::accumulate(row.begin(), row.end(), 0.0) / count,
               *std::max_element(row.begin(), row.end()));
  const auto report = nodes.run(single_naps(row), 0, found.hooks());
  return say(row.size(), found,
             fmt::format("\"over\": {:.6f}, \"seconds\": {:.6f}",
                         report.seconds / ideal, report.seconds));
}

std::int64_t sum_of(const ndarray& a) {
  const auto values = a.values<std::int64_t>();
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// `gathered`: all results come to this process, as Dask's to its client; else
/// the nodes add them up.
int tiny(unsigned count, std::int64_t tasks, bool gathered) {
  session here{
      {.scheduler = scheduler::processes, .threads = 1, .nodes = count}};
  const auto run = [&](std::int64_t n) {
    const auto results = increments(n);
    return sum_of(here.compute(gathered ? results : results.sum()));
  };
  run(tasks / 4); // touches the memory
  const auto begin = std::chrono::steady_clock::now();
  const auto sum = run(tasks);
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  if (sum != tasks * (tasks + 1) / 2) {
    std::cerr << "a wrong sum of the results\n";
    return 1;
  }
  std::cout << fmt::format(
      "{{\"rate\": {:.1f}, \"all_rate\": {:.1f}, \"seconds\": {:.6f}}}\n",
      static_cast<double>(tasks) / seconds,
      static_cast<double>(here.last_run().tasks) / seconds, seconds);
  return 0;
}

} // namespace

int run_steal_once(const std::string& kind, unsigned nodes,
                   std::int64_t tasks) {
  if (kind == "probe")
    return probe(tasks);
  if (kind == "share")
    return share(nodes, tasks);
  if (kind == "uneven")
    return uneven(nodes, tasks);
  return tiny(nodes, tasks, kind == "gathered");
}

} // namespace tern::bench
