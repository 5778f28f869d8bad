#include "bench/shuffle.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"

#include <fmt/format.h>

#include <iostream>
#include <optional>
#include <string>

namespace tern::bench {

namespace {

constexpr std::int64_t usual_n = 20'000;
constexpr double share_of_mpi = 0.5;

/// Seconds of a run that put every element where it belongs.
std::optional<double> right(const char* who,
                            const std::optional<timed_run>& r) {
  if (r && r->value != 0) {
    std::cerr << fmt::format("tern-bench shuffle: {}: {} wrong elements\n", who,
                             r->value);
    return std::nullopt;
  }
  return seconds_of(r);
}

std::optional<double> ours(std::int64_t n, unsigned nodes) {
  return right("tern",
               time_program(own_path(), {"shuffle-once", std::to_string(n),
                                         std::to_string(nodes)}));
}

std::optional<double> mpi(std::int64_t n, unsigned nodes) {
  const auto program = program_beside("rival-mpi-alltoall");
  if (program.empty())
    return std::nullopt;
  return right(
      "OpenMPI",
      time_program("/usr/bin/mpirun",
                   {"--allow-run-as-root", "--oversubscribe", "-n",
                    std::to_string(nodes), program, std::to_string(n)}));
}

std::optional<double> dask(std::int64_t n, unsigned nodes) {
  return right("Dask",
               time_program("/usr/bin/python3",
                            {TERN_BENCH_SOURCES "/rival_dask_shuffle.py",
                             std::to_string(n), std::to_string(nodes),
                             std::to_string(shuffle_blocks)}));
}

/// What the rivals reach on this kind of machine.
std::optional<double> known_mpi(std::int64_t n) {
  return n == usual_n ? std::optional(0.31) : std::nullopt;
}
std::optional<double> known_dask(std::int64_t n, unsigned nodes) {
  return n == usual_n && nodes == 2 ? std::optional(2.089) : std::nullopt;
}

void add(std::vector<double>& to, const std::optional<double>& x) {
  if (x)
    to.push_back(*x);
}

void rows_of(const shuffle_options& how, unsigned nodes,
             std::vector<row>& rows) {
  pairs with_mpi;
  pairs with_dask;
  const unsigned runs = how.check ? 1 : how.repeats;
  for (unsigned i = 0; i < runs; ++i) {
    add(with_mpi.ours, ours(how.n, nodes));
    if (how.check)
      continue;
    add(with_mpi.theirs, mpi(how.n, nodes));
    add(with_dask.theirs, dask(how.n, nodes));
  }
  with_dask.ours = with_mpi.ours;
  const auto name = fmt::format("n = {}, {} nodes", how.n, nodes);
  promise near;
  promise faster;
  if (!how.check) {
    near.at_least = share_of_mpi;
    near.known_rival = known_mpi(how.n);
    faster.at_least = 1;
    faster.known_rival = known_dask(how.n, nodes);
  }
  const auto add_row = [&](const char* rival, const pairs& p,
                           const promise& what) {
    rows.push_back(
        of_all_runs(compare("shuffle", name, "s", rival, p, what), p, runs));
  };
  add_row(how.check ? "" : "MPI_Alltoall", with_mpi, near);
  if (!how.check)
    add_row("Dask, LocalCluster", with_dask, faster);
}

} // namespace

std::vector<row> run_shuffle(const shuffle_options& how) {
  std::vector<row> rows;
  for (const auto nodes : how.nodes)
    rows_of(how, nodes, rows);
  return rows;
}

} // namespace tern::bench
