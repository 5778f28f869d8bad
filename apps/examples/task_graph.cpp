// A graph of tasks: functions of one's own, registered by name, whose results
// are futures and arguments of other calls. Here: pi, by throwing darts.
// Usage: task_graph [threads|processes]

#include <tern/tern.hpp>

#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace {

using tern::block;

// How many of `darts` (second argument) hit the quarter of the circle.
block throw_darts(std::span<const block> arguments,
                  std::span<const std::byte>) {
  std::mt19937_64 source(static_cast<std::uint64_t>(arguments[0].item()));
  std::uniform_real_distribution<double> side;
  std::int64_t hits = 0;
  for (auto left = static_cast<int>(arguments[1].item()); left > 0; --left) {
    const double x = side(source);
    const double y = side(source);
    hits += x * x + y * y < 1;
  }
  return block::of(hits);
}

block add(std::span<const block> arguments, std::span<const std::byte>) {
  std::int64_t sum = 0;
  for (const auto& each : arguments)
    sum += each.values<std::int64_t>()[0];
  return block::of(sum);
}

tern::kernel_registry functions() {
  tern::kernel_registry known;
  known.add("throw_darts", throw_darts);
  known.add("add", add);
  return known;
}

} // namespace

int main(int argc, char** argv) {
  // with `processes` this program is started again, as a node
  if (auto status = tern::node_main(argc, argv, functions()))
    return *status;
  const auto where = tern::scheduler_named(argc > 1 ? argv[1] : "threads");
  if (!where) {
    std::cerr << "usage: task_graph [synchronous|threads|processes]\n";
    return 2;
  }
  tern::session s{{.scheduler = *where, .nodes = 2, .kernels = functions()}};

  constexpr int darts = 10'000;
  std::vector<tern::future> hits;
  for (int seed = 0; seed < 64; ++seed)
    hits.push_back(s.submit("throw_darts", seed, darts));
  while (hits.size() > 1) { // a tree: neighbours are added
    std::vector<tern::future> sums;
    for (std::size_t i = 0; i < hits.size(); i += 2)
      sums.push_back(s.submit("add", hits[i], hits[i + 1]));
    hits = std::move(sums);
  }
  const auto total = s.gather(hits.front()).item<std::int64_t>();
  std::cout << "pi is about "
            << 4.0 * static_cast<double>(total) / (64.0 * darts) << '\n';
}
