#include "bench/fused.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"

#include <cmath>
#include <iostream>

namespace tern::bench {

namespace {

constexpr std::int64_t elements = 100'000'000;

/// The sums of both sides are of the same numbers in another order.
constexpr double same_sum = 1e-9;

struct rival {
  const char* name;
  std::string program;
  std::vector<std::string> words;
  promise budget;
};

row measure(const std::string& expression, unsigned repeats, unsigned threads,
            const rival& other) {
  std::optional<double> sum;
  const auto check = [&](const std::optional<timed_run>& r) {
    if (r && sum && std::abs(*sum - r->value) > same_sum * std::abs(*sum))
      std::cerr << "tern-bench fused: the sums of " << expression
                << " differ: " << *sum << " and " << r->value << '\n';
    if (r)
      sum = r->value;
    return seconds_of(r);
  };
  const auto n = std::to_string(elements);
  const auto found = interleave(
      repeats,
      [&] {
        return check(time_program(own_path(), {"fused-once", expression, n,
                                               std::to_string(threads)}));
      },
      [&] { return check(time_program(other.program, other.words)); });
  return compare("fused", expression + " and sum", "s", other.name, found,
                 other.budget);
}

} // namespace

std::vector<row> run_fused(unsigned repeats, unsigned threads) {
  std::vector<row> rows;
  const auto n = std::to_string(elements);
  for (const std::string expression : {"waves", "line"}) {
    promise loop;
    loop.at_least = 0.6;
    if (expression == "waves" && threads == 2)
      loop.known_rival = 0.064; // on this kind of machine
    rows.push_back(measure(expression, repeats, threads,
                           {"OpenMP loop",
                            program_beside("rival-openmp-fused"),
                            {expression, n, std::to_string(threads)},
                            loop}));
    promise numpy;
    numpy.at_least = 5;
    if (expression == "waves")
      numpy.known_rival = 0.688;
    rows.push_back(
        measure(expression, repeats, threads,
                {"NumPy",
                 "/usr/bin/python3",
                 {TERN_BENCH_SOURCES "/rival_numpy_fused.py", expression, n},
                 numpy}));
  }
  return rows;
}

} // namespace tern::bench
