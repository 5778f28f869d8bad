#pragma once

#include "bench/report.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tern::bench {

/// The figures of interleaved runs: ours, then the rival's, and again, so that
/// a slow minute of the machine hits both.
struct pairs {
  std::vector<double> ours;
  std::vector<double> theirs;
};

/// `repeats` times one figure of each side; nothing: that run failed.
pairs interleave(unsigned repeats,
                 const std::function<std::optional<double>()>& ours,
                 const std::function<std::optional<double>()>& theirs = {});

/// What a row promises. `at_least` is about `ratio`; `limit` about `ours`.
struct promise {
  std::optional<double> at_least;
  std::optional<double> at_most;     ///< of ours, in the row's unit
  std::optional<double> more_than;   ///< of ours, in the row's unit
  bool larger_is_better = false;     ///< of the unit
  std::optional<double> known_rival; ///< what the rival reaches on this kind
                                     ///< of machine
};

/// That ours is no more than `limit`, in the row's unit.
promise at_most(double limit);

/// A row of medians. Where the rival misses, or is slower than 1.25 times what
/// it is known to reach (then the machine was busy), a budget against it is
/// neither kept nor broken.
row compare(std::string bench, std::string name, std::string unit,
            std::string rival_name, const pairs& figures, const promise& p);

/// `r` with a budget that is broken where one of our `runs` failed or came to a
/// wrong result.
row of_all_runs(row r, const pairs& figures, std::size_t runs);

} // namespace tern::bench
