#include "bench/tasks.hpp"

#include "bench/child.hpp"
#include "bench/task_graph.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iostream>
#include <optional>

namespace tern::bench {

namespace {

std::optional<task_run> parse(const std::string& text) {
  const auto said = nlohmann::json::parse(text, nullptr, false);
  if (said.is_discarded() || !said.is_object())
    return std::nullopt;
  return task_run{
      said.value("build_seconds", 0.0), said.value("run_seconds", 0.0),
      said.value("bytes_per_task", 0.0), said.value("checksum", 0u)};
}

struct series {
  std::vector<double> microseconds;
  std::vector<double> bytes;

  void add(const task_run& r, std::size_t n) {
    microseconds.push_back((r.build_seconds + r.run_seconds) * 1e6
                           / static_cast<double>(n));
    bytes.push_back(r.bytes_per_task);
  }
};

void report(const std::string& kind, const series& ours, const series& tbb,
            bool budgeted, std::vector<row>& rows) {
  auto add = [&](const char* what, const char* unit,
                 const std::vector<double>& mine,
                 const std::vector<double>& theirs, double limit) {
    row r;
    r.bench = "tasks";
    r.name = fmt::format("{} {}", kind, what);
    r.unit = unit;
    r.ours = median(mine);
    r.spread = spread(mine);
    r.rival_name = "oneTBB flow_graph";
    if (!theirs.empty()) {
      r.rival = median(theirs);
      r.ratio = *r.rival / r.ours;
    }
    if (budgeted) {
      r.budget = fmt::format("<= {:g} {}", limit, unit);
      r.ok = r.ours <= limit;
    }
    rows.push_back(std::move(r));
  };
  add("built and run", "us/task", ours.microseconds, tbb.microseconds, 1.0);
  add("memory", "B/task", ours.bytes, tbb.bytes, 300);
}

} // namespace

std::vector<row> run_tasks(std::size_t n, unsigned threads, unsigned repeats) {
  std::vector<row> rows;
  const auto rival = program_beside("rival-tbb-tasks");
  const auto count = std::to_string(n);
  const auto workers = std::to_string(threads);
  for (const std::string kind : {"independent", "chain", "tree", "layered"}) {
    const auto tasks = make_task_graph(kind, n).size();
    series ours;
    series theirs;
    std::optional<std::uint32_t> checksum;
    auto take = [&](const std::string& text, series& into) {
      const auto r = parse(text);
      if (!r)
        return;
      if (checksum && *checksum != r->checksum)
        std::cerr << "tern-bench tasks: checksums differ for " << kind << '\n';
      checksum = r->checksum;
      into.add(*r, tasks);
    };
    for (unsigned i = 0; i < repeats; ++i) {
      take(output_of(own_path(), {"tasks-once", kind, count, workers}), ours);
      if (!rival.empty())
        take(output_of(rival, {kind, count, workers}), theirs);
    }
    report(kind, ours, theirs, kind == "layered", rows);
  }
  return rows;
}

} // namespace tern::bench
