// One run of `tern-bench slides`, our side.

#include "bench/held_array.hpp"
#include "bench/slides.hpp"
#include "dataflow/api.hpp"
#include "dataflow/runtime/executor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <limits>

namespace tern::bench {

namespace {

/// All elements `x`, in blocks of the slides' 1000 x 1000 that lie in memory.
array held(kernel_registry& kernels, const std::string& name, std::int64_t n,
           double x) {
  const auto cut = cut_shape({n, n}, dtype::float64, {{1000}});
  std::vector<block> blocks;
  for (std::int64_t i = 0; i < element_count(grid(cut)); ++i) {
    block_builder b{dtype::float64, block_shape(cut, index_of(grid(cut), i))};
    std::ranges::fill(b.values<double>(), x);
    blocks.push_back(b.finish());
  }
  return held_array(kernels, name, cut, std::move(blocks));
}

/// The best of three runs in a session that is warm, as the rival's: so long
/// until all blocks of the product lie in memory. Their sum is for the check.
void time_product(std::int64_t n, unsigned threads) {
  constexpr int runs = 3;
  session_options options;
  options.scheduler = scheduler::threads;
  options.threads = threads;
  const auto a = held(options.kernels, "a", n, 0.5);
  const auto b = held(options.kernels, "b", n, 0.25);
  session here{std::move(options)};
  double best = std::numeric_limits<double>::infinity();
  double value = 0;
  for (int i = 0; i <= runs; ++i) {
    const auto made = here.persist(a.dot(b));
    if (i > 0)
      best = std::min(best, here.last_run().seconds);
    value = here.compute(made.sum()).item<double>();
  }
  std::cout << fmt::format("{{\"seconds\": {:.6f}, \"value\": {}}}\n", best,
                           value);
}

array slide(std::int64_t n) {
  const auto x = random_uniform({n, n}, 1, dtype::float64, {{1000}});
  const auto mean = x.reduce(reduction::mean, std::vector<std::int64_t>{0});
  return binary(opcode::subtract, binary(opcode::add, x, x.transpose()), mean)
      .reduce(reduction::std_deviation, {});
}

/// The one element of `a`; seconds from the lazy array to the number.
result<run_report> compute(executor& s, const array& a, double& value) {
  compute_hooks hooks;
  hooks.sink = [&](std::size_t, const shape&, const shape&,
                   const block& made) -> result<void> {
    value = made.values<double>()[0];
    return {};
  };
  return s.compute({&a, 1}, hooks);
}

} // namespace

int run_slides_once(const std::string& kind, std::int64_t n, unsigned threads) {
  if (kind == "product") {
    time_product(n, threads);
    return 0;
  }
  session_options options;
  options.scheduler = scheduler::threads;
  options.threads = threads;
  const auto work = slide(n);
  auto opened = executor::open(std::move(options));
  if (!opened) {
    std::cerr << opened.error().what << '\n';
    return 1;
  }
  for (const bool measured : {false, true}) {
    double value = 0;
    const auto done = compute(**opened, work, value);
    if (!done) {
      std::cerr << done.error().what << '\n';
      return 1;
    }
    if (measured)
      std::cout << fmt::format("{{\"seconds\": {:.6f}, \"value\": {}}}\n",
                               done->seconds, value);
  }
  return 0;
}

} // namespace tern::bench
