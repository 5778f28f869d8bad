#include "bench/recover.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

namespace tern::bench {

namespace {

constexpr double usual_nap = 0.05; // 2.4 s on three nodes
constexpr double short_nap = 0.01;
constexpr double most_until_told = 3;
constexpr const char* dask_name = "Dask, LocalCluster";

using figures = std::map<std::string, double>;

figures ours(double nap) {
  return figures_in(
      child_process(own_path(), {"recover-once", fmt::format("{}", nap)})
          .finish());
}

figures dask(double nap) {
  return figures_in(child_process("/usr/bin/python3",
                                  {TERN_BENCH_SOURCES "/rival_dask_recover.py",
                                   fmt::format("{}", nap)})
                        .finish());
}

pairs of(const std::vector<figures>& ours, const std::vector<figures>& theirs,
         const std::string& name) {
  pairs out;
  for (const auto& each : ours)
    if (each.contains(name))
      out.ours.push_back(each.at(name));
  for (const auto& each : theirs)
    if (each.contains(name))
      out.theirs.push_back(each.at(name));
  return out;
}

promise faster(bool check) {
  promise p;
  if (!check)
    p.at_least = 1;
  return p;
}

/// All runs, not their median: one wrong value is one too many.
row wrong_values(const pairs& found) {
  auto r = compare("recover", "wrong values", "", "", found, at_most(0));
  for (const double wrong : found.ours)
    r.ours = std::max(r.ours, wrong);
  r.ok = !found.ours.empty() && r.ours == 0;
  return r;
}

} // namespace

std::vector<row> run_recover(const recover_options& how) {
  const auto nap = how.check ? short_nap : usual_nap;
  const unsigned runs = how.check ? 1 : how.repeats;
  std::vector<figures> we;
  std::vector<figures> they;
  for (unsigned i = 0; i < runs; ++i) {
    we.push_back(ours(nap));
    if (!how.check)
      they.push_back(dask(nap));
  }
  std::vector<row> rows;
  const auto add = [&](const char* figure, const char* name, const char* unit,
                       const promise& p, const char* rival) {
    const auto found = of(we, they, figure);
    rows.push_back(of_all_runs(
        compare("recover", name, unit, how.check ? "" : rival, found, p), found,
        runs));
  };
  add("told", "told of the death", "s", at_most(most_until_told), dask_name);
  add("seconds", "a node of three killed", "s", faster(how.check), dask_name);
  add("plain", "no death", "s", faster(how.check), dask_name);
  add("again", "tasks done again", "tasks", {}, "");
  const auto wrong = of(we, {}, "wrong");
  rows.push_back(of_all_runs(wrong_values(wrong), wrong, runs));
  return rows;
}

} // namespace tern::bench
