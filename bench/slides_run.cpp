// One run of `tern-bench slides`, our side.

#include "bench/slides.hpp"
#include "dataflow/runtime/executor.hpp"

#include <fmt/format.h>

#include <iostream>

namespace tern::bench {

namespace {

array product(std::int64_t n) {
  const shape s{n, n};
  return full(s, 0.5).dot(full(s, 0.25)).reduce(reduction::sum, {});
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
  session_options options;
  options.scheduler = scheduler::threads;
  options.threads = threads;
  auto opened = executor::open(std::move(options));
  if (!opened) {
    std::cerr << opened.error().what << '\n';
    return 1;
  }
  const auto work = kind == "product" ? product : slide;
  for (const bool measured : {false, true}) {
    double value = 0;
    const auto done = compute(**opened, work(n), value);
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
