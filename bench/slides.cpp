#include "bench/slides.hpp"

#include "bench/child.hpp"
#include "bench/pairs.hpp"
#include "bench/timed_run.hpp"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace tern::bench {

namespace {

std::optional<timed_run> ours(const char* kind, int n, unsigned threads) {
  return time_program(own_path(), {"slides-once", kind, std::to_string(n),
                                   std::to_string(threads)});
}

row product_row(int n, unsigned repeats, unsigned threads) {
  const auto rival = program_beside("rival-openblas-product");
  const auto found = interleave(
      repeats, [&] { return seconds_of(ours("product", n, threads)); },
      [&] {
        return seconds_of(
            time_program(rival, {std::to_string(n), std::to_string(threads)}));
      });
  promise p;
  p.at_least = 0.95;
  return compare("slides", fmt::format("product n = {}", n), "s",
                 "one OpenBLAS call", found, p);
}

std::optional<double> known_dask(int n) {
  // what Debian's Dask reaches on threads on this kind of machine
  return n == 10'000   ? std::optional(0.506)
         : n == 20'000 ? std::optional(2.116)
                       : std::nullopt;
}

void slide_rows(int n, unsigned repeats, unsigned threads,
                std::vector<row>& rows) {
  pairs memory;
  const auto found = interleave(
      repeats,
      [&] {
        const auto r = ours("slide", n, threads);
        if (r)
          memory.ours.push_back(r->peak_gigabytes);
        return seconds_of(r);
      },
      [&] {
        const auto r = time_program(
            "/usr/bin/python3", {TERN_BENCH_SOURCES "/rival_dask_slide.py",
                                 std::to_string(n), std::to_string(threads)});
        if (r)
          memory.theirs.push_back(r->peak_gigabytes);
        return seconds_of(r);
      });
  promise faster;
  faster.at_least = 1;
  faster.known_rival = known_dask(n);
  rows.push_back(compare("slides", fmt::format("(x + x.T) - mean n = {}", n),
                         "s", "Dask, threads", found, faster));
  promise small;
  small.at_most = 1;
  rows.push_back(compare("slides", fmt::format("its memory n = {}", n), "GB",
                         "Dask, threads", memory, small));
}

} // namespace

std::vector<row> run_slides(unsigned repeats, unsigned threads) {
  std::vector<row> rows;
  for (const int n : {2000, 4000, 8000})
    rows.push_back(product_row(n, repeats, threads));
  for (const int n : {10'000, 20'000, 40'000})
    slide_rows(n, repeats, threads, rows);
  return rows;
}

} // namespace tern::bench
