#pragma once

#include "bench/report.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

struct balance_bench_options {
  std::size_t actors = 200;
  double settle = 4; ///< seconds before it is counted
  double window = 3; ///< seconds in which it is
  unsigned repeats = 5;
  bool check = false; ///< one run each: do they spread and stay?
};

/// Busy actors, all made on the first of two nodes, each of which has one
/// processor: the steps that all of them do in a second once things have come
/// to rest, with the policy `load` against `none`, the moves, and the time
/// until the last one.
std::vector<row> run_balance(const balance_bench_options& how);

/// One measured run: this process and a child. Prints JSON.
int run_balance_once(const std::string& policy,
                     const balance_bench_options& how);

/// The child: joins and serves until its standard input ends.
int run_balance_peer(const std::string& host, std::uint16_t port,
                     const std::string& policy);

} // namespace tern::bench
