#include "bench/memory.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"
#include "bench/tree_memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <optional>
#include <string>

namespace tern::bench {

namespace {

constexpr std::uint64_t touched = 6'000'000'000; // more than either side takes
constexpr std::uint64_t product_limit = 512'000'000;
constexpr double most_gigabytes = 2.5;
constexpr double most_gigabytes_of_full = 4;
constexpr std::int64_t full_n = 100'000;
// of a sum of two uniform numbers; the diagonal and the means change little
constexpr double deviation = 0.40825;

struct measured {
  std::map<std::string, double> said;
  double gigabytes = 0;
};

std::optional<measured> measure(const std::string& program,
                                const std::vector<std::string>& words,
                                bool touch) {
  if (touch)
    touch_memory(touched);
  child_process process{program, words};
  measured out;
  {
    const memory_watch watch{process.pid()};
    out.said = figures_in(process.finish());
    out.gigabytes = watch.peak_gigabytes();
  }
  if (!out.said.contains("seconds") || !out.said.contains("value"))
    return std::nullopt;
  return out;
}

std::optional<measured> ours(const char* work, const char* where,
                             std::int64_t n, std::uint64_t limit,
                             bool touch = true) {
  return measure(
      own_path(),
      {"memory-once", work, where, std::to_string(n), std::to_string(limit)},
      touch);
}

std::optional<measured> dask(const char* where, std::int64_t n,
                             std::uint64_t limit) {
  return measure("/usr/bin/python3",
                 {TERN_BENCH_SOURCES "/rival_dask_memory.py", std::to_string(n),
                  where, std::to_string(limit)},
                 true);
}

bool is_right(const measured& m, std::int64_t n) {
  const auto off = std::abs(m.said.at("value") - deviation);
  if (off < 2 / std::sqrt(static_cast<double>(n)))
    return true;
  std::cerr << fmt::format("tern-bench memory: a wrong value, {}\n",
                           m.said.at("value"));
  return false;
}

struct figures {
  pairs gigabytes;
  pairs seconds;

  void add(const std::optional<measured>& m, std::int64_t n,
           std::vector<double> pairs::*side) {
    if (!m || !is_right(*m, n))
      return;
    (gigabytes.*side).push_back(m->gigabytes);
    (seconds.*side).push_back(m->said.at("seconds"));
  }
};

void slide_rows(const memory_options& how, std::int64_t n, double most,
                bool on_nodes, bool with_rival, unsigned runs,
                std::vector<row>& rows) {
  figures found;
  for (unsigned i = 0; i < runs; ++i) {
    found.add(ours("slide", on_nodes ? "processes" : "threads", n, how.limit),
              n, &pairs::ours);
    if (with_rival)
      found.add(dask(on_nodes ? "cluster" : "threads", n, how.limit), n,
                &pairs::theirs);
  }
  const auto name =
      fmt::format("n = {}, {}", n, on_nodes ? "2 processes" : "2 threads");
  const auto* rival = !with_rival ? ""
                      : on_nodes  ? "Dask, LocalCluster"
                                  : "Dask, threads, no limit";
  promise small;
  small.at_most = most;
  promise faster;
  if (with_rival)
    faster.at_least = 1;
  rows.push_back(of_all_runs(
      compare("memory", name + ", peak", "GB", rival, found.gigabytes, small),
      found.gigabytes, runs));
  rows.push_back(
      of_all_runs(compare("memory", name, "s", rival, found.seconds, faster),
                  found.seconds, runs));
}

/// Bits are compared: of runs with a limit and without.
void product_rows(std::int64_t n, std::uint64_t limit, unsigned runs,
                  std::vector<row>& rows) {
  pairs spilled;
  pairs seconds;
  bool same = true;
  for (unsigned i = 0; i < runs; ++i) {
    const auto held = ours("product", "threads", n, limit);
    const auto free = ours("product", "threads", n, 0);
    if (!held || !free)
      continue;
    same = same && held->said.at("value") == free->said.at("value");
    spilled.ours.push_back(held->said.at("spilled") / 1e9);
    seconds.ours.push_back(held->said.at("seconds"));
    seconds.theirs.push_back(free->said.at("seconds"));
  }
  const auto name = fmt::format("product n = {}, {} MB", n, limit / 1'000'000);
  auto r = compare("memory", name + ", spilled", "GB", "", spilled, {});
  r.budget = "> 0, same bits";
  r.ok = same && !spilled.ours.empty()
         && *std::min_element(spilled.ours.begin(), spilled.ours.end()) > 0;
  rows.push_back(of_all_runs(std::move(r), spilled, runs));
  rows.push_back(of_all_runs(
      compare("memory", name, "s", "tern without limit", seconds, {}), seconds,
      runs));
}

/// Small, and against the oracle.
std::vector<row> check_all() {
  constexpr std::int64_t n = 6000;
  constexpr std::uint64_t limit = 400'000'000;
  std::vector<row> rows;
  const auto oracle = ours("slide", "synchronous", n, 0, false);
  for (const auto* where : {"threads", "processes"}) {
    const auto m = ours("slide", where, n, limit, false);
    pairs found;
    if (m)
      found.ours.push_back(m->gigabytes);
    promise small;
    small.at_most = static_cast<double>(limit) / 1e9;
    auto r = compare("memory", fmt::format("n = {}, {}, peak", n, where), "GB",
                     "", found, small);
    if (!m || !oracle || m->said.at("value") != oracle->said.at("value")) {
      r.budget = "the bits of synchronous";
      r.ok = false;
    }
    rows.push_back(std::move(r));
  }
  product_rows(3000, 300'000'000, 1, rows);
  return rows;
}

} // namespace

std::vector<row> run_memory(const memory_options& how) {
  if (how.check)
    return check_all();
  std::vector<row> rows;
  for (const bool on_nodes : {false, true})
    slide_rows(how, how.n, most_gigabytes, on_nodes, true, how.repeats, rows);
  product_rows(how.product_n, product_limit, how.repeats, rows);
  if (how.full)
    slide_rows(how, full_n, most_gigabytes_of_full, false, false, 1, rows);
  return rows;
}

} // namespace tern::bench
