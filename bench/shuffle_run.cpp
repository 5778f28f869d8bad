// One run of `tern-bench shuffle`, our side.

#include "bench/shuffle.hpp"
#include "dataflow/api.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iostream>

namespace tern::bench {

namespace {

/// 3 i + 7 j: every element tells its place, exactly, and so do the rivals'.
array places(std::int64_t n, std::int64_t rows, std::int64_t columns) {
  const auto i = arange(0.0, static_cast<double>(n), 1.0, {}, {{rows}});
  const auto j = arange(0.0, static_cast<double>(n), 1.0, {}, {{columns}});
  return i(every, newaxis) * 3.0 + j * 7.0;
}

} // namespace

int run_shuffle_once(std::int64_t n, unsigned nodes) {
  const auto piece = n / shuffle_blocks;
  session here{
      {.scheduler = scheduler::processes, .threads = 1, .nodes = nodes}};
  const auto by_rows = here.persist(places(n, piece, n));
  const auto wanted = places(n, n, piece);
  double seconds = 0;
  std::int64_t wrong = 0;
  for (int run = 0; run < 2; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    const auto by_columns = here.persist(by_rows.rechunk({{n, piece}}));
    seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
            .count();
    wrong += here.compute((by_columns != wanted).count_nonzero())
                 .item<std::int64_t>();
  }
  std::cout << fmt::format("{{\"seconds\": {:.6f}, \"value\": {}}}\n", seconds,
                           wrong);
  return 0;
}

} // namespace tern::bench
