#pragma once

#include "actors/simulation/cluster.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tern::simulation {

/// Sets a cluster up: classes, actors, what they are told, invariants. May run
/// it; `try_seeds` lets it run to its end in any case. What it throws breaks
/// the run. Few nodes may be left when it shrinks, so it asks `nodes()`.
using scenario = std::function<void(cluster&)>;

/// A run that broke something, and a smaller one that breaks the same.
struct finding {
  options first; ///< as found
  verdict what;
  options small; ///< as few nodes, moves, faults, load as still do it
  verdict shrunk;
  std::vector<std::string> history; ///< of the smaller one
  bool repeats = true; ///< the same seed gave the same run once more
};

struct search_result {
  std::uint64_t seeds = 0; ///< that ran
  std::uint64_t events = 0;
  std::uint64_t hash = 0; ///< of all runs: equal for an equal program
  std::optional<finding> found;

  bool holds() const noexcept {
    return !found;
  }
};

/// The options that are tried for a seed.
using options_for_seed = std::function<options(std::uint64_t seed)>;

/// Runs the scenario under one seed after the other, until one breaks it. Each
/// seed draws which of the faults and moves of `most` it has.
search_result try_seeds(std::uint64_t first, std::uint64_t last,
                        const scenario& run, const options& most = {});
/// The same, with options of one's own for each seed.
search_result try_seeds(std::uint64_t first, std::uint64_t last,
                        const scenario& run, const options_for_seed& choose);

/// The smaller run, what it broke, and its last lines; or that all held.
std::string to_string(const search_result& r, std::size_t lines = 30);

/// One run of the scenario.
verdict try_one(const options& o, const scenario& run);

} // namespace tern::simulation
