// One run of `tern-bench memory`, our side.

#include "bench/memory.hpp"
#include "dataflow/api.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>

namespace tern::bench {

namespace {

array numbers(std::int64_t n, std::uint64_t stream) {
  return random_uniform({n, n}, 1, dtype::float64, {{1000}}, stream);
}

struct outcome {
  double value = 0;
  std::uint64_t spilled = 0;
};

outcome slide(session& here, std::int64_t n) {
  const auto x = numbers(n, 0);
  const auto value =
      here.compute(((x + x.T()) - x.mean(0)).std()).item<double>();
  return {value, here.last_run().bytes_spilled};
}

/// The product is held and read by two later plans.
outcome product(session& here, std::int64_t n) {
  outcome out;
  const auto x = here.persist(numbers(n, 0).dot(numbers(n, 1)));
  out.spilled = here.last_run().bytes_spilled;
  for (const auto& use : {x.sum(), (x * x).sum()}) {
    out.value += here.compute(use).item<double>();
    out.spilled += here.last_run().bytes_spilled;
  }
  return out;
}

} // namespace

int run_memory_once(const std::string& work, const std::string& where,
                    std::int64_t n, std::uint64_t limit) {
  session_options options;
  options.scheduler = scheduler_named(where).value_or(scheduler::threads);
  options.threads = options.scheduler == scheduler::processes ? 1 : 2;
  options.nodes = 2;
  options.memory = limit;
  session here{std::move(options)};
  const auto begin = std::chrono::steady_clock::now();
  const auto out = work == "slide" ? slide(here, n) : product(here, n);
  const auto seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  std::cout << fmt::format(
      "{{\"seconds\": {:.6f}, \"value\": {}, \"spilled\": {}}}\n", seconds,
      out.value, out.spilled);
  return 0;
}

} // namespace tern::bench
