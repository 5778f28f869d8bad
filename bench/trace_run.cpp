// One run of `tern-bench trace`.

#include "actors/trace/clock.hpp"
#include "bench/functions.hpp"
#include "bench/trace.hpp"
#include "dataflow/runtime/executor.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace tern::bench {

namespace {

constexpr unsigned nodes = 2;

} // namespace

// The shortest of some: that one was not interrupted.
std::uint64_t rounds_of_100_us() {
  constexpr std::uint64_t tried = 1'000'000;
  std::uint64_t best = ~std::uint64_t{0};
  for (int i = 0; i < 10; ++i) {
    const auto begin = monotonic_ns();
    go_round(tried);
    best = std::min(best, monotonic_ns() - begin);
  }
  return std::max<std::uint64_t>(1, tried * 100'000 / best);
}

int run_trace_once(std::int64_t tasks, std::uint64_t rounds,
                   const std::string& file) {
  session_options how;
  how.scheduler = scheduler::processes;
  how.nodes = nodes;
  how.threads = 1;
  if (file != "-")
    how.trace_file = file;
  const auto session = executor::open(how);
  if (!session) {
    std::cerr << session.error().what << '\n';
    return 1;
  }
  std::int64_t sum = 0;
  compute_hooks hooks;
  hooks.sink = [&](std::size_t, const shape&, const shape&,
                   const block& made) -> result<void> {
    sum = made.values<std::int64_t>()[0];
    return {};
  };
  const std::array work{spinning(tasks, rounds).reduce(reduction::sum, {})};
  const auto done = (*session)->compute(work, hooks);
  if (!done || sum != tasks) {
    std::cerr << (done ? "not all tasks have run" : done.error().what) << '\n';
    return 1;
  }
  if (file == "-")
    return 0;
  const auto totals = (*session)->write_trace();
  if (!totals || totals->lost > 0) {
    std::cerr << (totals ? "events were lost" : totals.error().what) << '\n';
    return 1;
  }
  return 0;
}

} // namespace tern::bench
