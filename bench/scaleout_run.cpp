// One run of `tern-bench scaleout`, our side.

#include "actors/trace/clock.hpp"
#include "bench/cluster.hpp"
#include "bench/nap_notes.hpp"
#include "bench/naps.hpp"
#include "bench/scaleout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

namespace tern::bench {

namespace {

constexpr double nap = 0.01;
constexpr auto before_the_join = std::chrono::milliseconds(300);

bool all_ran(const nap_notes& found, std::int64_t tasks) {
  if (found.all.size() == static_cast<std::size_t>(tasks))
    return true;
  std::cerr << fmt::format("{} of {} tasks have run\n", found.all.size(),
                           tasks);
  return false;
}

int on_nodes(unsigned count, std::int64_t tasks) {
  cluster nodes{count};
  nap_notes found;
  const auto report = nodes.run(equal_naps(tasks, nap), 0, found.hooks());
  if (!all_ran(found, tasks))
    return 1;
  std::cout << fmt::format("{{\"seconds\": {:.6f}}}\n", report.seconds);
  return 0;
}

int with_join(unsigned count, std::int64_t tasks) {
  cluster nodes{count};
  nap_notes found;
  std::unique_ptr<started_node> late;
  std::uint64_t started = 0;
  std::thread starter;
  auto hooks = found.hooks();
  hooks.accepted = [&](std::uint64_t, const plan_view&) {
    starter = std::thread([&] {
      std::this_thread::sleep_for(before_the_join);
      started = monotonic_ns();
      late = std::make_unique<started_node>(own_path(), nodes.address());
    });
  };
  const auto report = nodes.run(equal_naps(tasks, nap), 0, std::move(hooks));
  starter.join();
  if (!all_ran(found, tasks))
    return 1;
  std::int64_t first = 0;
  std::size_t share = 0;
  for (const auto& each : found.all)
    if (each.pid == late->pid()) {
      first = share++ == 0 ? each.begun : std::min(first, each.begun);
    }
  if (share == 0) {
    std::cerr << "the new node has run nothing\n";
    return 1;
  }
  std::cout << fmt::format(
      "{{\"seconds\": {:.6f}, \"first\": {:.6f}, \"share\": {:.4f}}}\n",
      report.seconds,
      static_cast<double>(first - static_cast<std::int64_t>(started)) * 1e-9,
      static_cast<double>(share) / static_cast<double>(tasks));
  return 0;
}

} // namespace

int run_scaleout_once(const std::string& kind, unsigned nodes,
                      std::int64_t tasks) {
  return kind == "join" ? with_join(nodes, tasks) : on_nodes(nodes, tasks);
}

} // namespace tern::bench
