#include "bench/scaleout.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

namespace tern::bench {

namespace {

constexpr std::int64_t usual_tasks = 400; // 4 s on one node
constexpr std::int64_t few_tasks = 150;
constexpr const char* dask_name = "Dask, LocalCluster";

/// Figures of both sides, run by run.
class measurement {
public:
  measurement(const scaleout_options& how, std::string kind, unsigned nodes)
    : check_(how.check), runs_(how.check ? 1 : how.repeats) {
    const std::vector<std::string> words{
        std::move(kind), std::to_string(nodes),
        std::to_string(check_ ? few_tasks : usual_tasks)};
    for (unsigned i = 0; i < runs_; ++i) {
      ours_.push_back(figures(own_path(), "scaleout-once", words));
      if (!check_)
        theirs_.push_back(figures("/usr/bin/python3",
                                  TERN_BENCH_SOURCES "/rival_dask_scaleout.py",
                                  words));
    }
  }

  row of(const std::string& figure, const std::string& name,
         const char* unit) const {
    pairs found{column(ours_, figure), column(theirs_, figure)};
    promise p;
    if (!check_)
      p.at_least = 1;
    return of_all_runs(
        compare("scaleout", name, unit, check_ ? "" : dask_name, found, p),
        found, runs_);
  }

private:
  using figure_map = std::map<std::string, double>;

  static figure_map figures(const std::string& program, std::string first,
                            const std::vector<std::string>& words) {
    std::vector<std::string> all{std::move(first)};
    all.insert(all.end(), words.begin(), words.end());
    return figures_in(child_process(program, all).finish());
  }

  static std::vector<double> column(const std::vector<figure_map>& from,
                                    const std::string& name) {
    std::vector<double> out;
    for (const auto& each : from)
      if (const auto found = each.find(name); found != each.end())
        out.push_back(found->second);
    return out;
  }

  bool check_;
  unsigned runs_;
  std::vector<figure_map> ours_;
  std::vector<figure_map> theirs_;
};

} // namespace

std::vector<row> run_scaleout(const scaleout_options& how) {
  const auto tasks = how.check ? few_tasks : usual_tasks;
  std::vector<row> rows;
  for (const unsigned nodes : {1u, 2u, 4u})
    rows.push_back(measurement{how, "nodes", nodes}.of(
        "seconds", fmt::format("{} naps of 10 ms, {} nodes", tasks, nodes),
        "s"));
  const measurement join{how, "join", 1};
  rows.push_back(join.of("first", "a second node, first task", "s"));
  rows.push_back(join.of("seconds", "1 node, then 2", "s"));
  return rows;
}

} // namespace tern::bench
