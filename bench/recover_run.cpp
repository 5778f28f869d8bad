// One run of `tern-bench recover`, our side.

#include "bench/cluster.hpp"
#include "bench/functions.hpp"
#include "bench/recover.hpp"
#include "dataflow/api.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <thread>

namespace tern::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr unsigned nodes_at_first = 3;
constexpr std::int64_t blocks_an_axis = 12; // 144 naps, 48 a node
constexpr std::int64_t block_extent = 50;

/// What the rival computes too, of blocks that take `nap` seconds to make.
array work(double nap) {
  constexpr auto n = blocks_an_axis * block_extent;
  const auto x =
      slowed(random_uniform({n, n}, 1, dtype::float64, {{block_extent}}), nap);
  return ((x + x.T()) - x.mean(0)).std();
}

double value_of_synchronous() {
  session oracle{
      {.scheduler = scheduler::synchronous, .kernels = bench_functions()}};
  return oracle.compute(work(0)).item<double>();
}

struct outcome {
  double value = 0;
  run_report report;
};

outcome run(cluster& nodes, double nap, compute_hooks hooks = {}) {
  outcome out;
  hooks.sink = [&](std::size_t, const shape&, const shape&,
                   const block& made) -> result<void> {
    out.value = made.item();
    return {};
  };
  const auto all = work(nap);
  out.report = nodes.run(optimize(lower({&all, 1})), 0, std::move(hooks));
  return out;
}

struct death {
  outcome after;
  double told = 0; ///< seconds
};

/// The last node is killed after half of the time that the work takes.
death run_with_death(cluster& nodes, double nap, double whole) {
  const std::chrono::duration<double> half{whole / 2};
  clock::time_point killed;
  clock::time_point told;
  std::thread killer;
  compute_hooks hooks;
  hooks.accepted = [&](std::uint64_t, const plan_view&) {
    killer = std::thread([&] {
      std::this_thread::sleep_for(half);
      killed = clock::now();
      ::kill(nodes.nodes().back()->pid(), SIGKILL);
    });
  };
  hooks.died = [&](const std::string&) {
    told = clock::now();
  };
  death out;
  out.after = run(nodes, nap, std::move(hooks));
  killer.join();
  out.told = std::chrono::duration<double>(told - killed).count();
  return out;
}

} // namespace

int run_recover_once(double nap) {
  const auto right = value_of_synchronous();
  cluster nodes{nodes_at_first};
  const auto plain = run(nodes, nap);
  const auto d = run_with_death(nodes, nap, plain.report.seconds);
  if (d.after.report.deaths != 1 || d.told < 0) {
    std::cerr << "the plan has not seen a node die\n";
    return 1;
  }
  const int wrong = (plain.value != right) + (d.after.value != right);
  std::cout << fmt::format(
      "{{\"plain\": {:.6f}, \"seconds\": {:.6f}, \"told\": {:.6f}, "
      "\"again\": {}, \"value\": {}, \"wrong\": {}}}\n",
      plain.report.seconds, d.after.report.seconds, d.told,
      d.after.report.recomputed, d.after.value, wrong);
  return 0;
}

} // namespace tern::bench
