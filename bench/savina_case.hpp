#pragma once

// What both sides of `tern-bench savina` share: how large a case is, what has
// to come out, how a run says what it took. Neither tern nor CAF is here.

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace tern::bench {

/// How large a run is: what each case makes of it is in savina_case.cpp.
struct savina_size {
  std::uint64_t actors = 1;
  std::uint64_t rounds = 1;
};

struct savina_case {
  std::string_view name;
  std::string_view step; ///< what is counted
  savina_size full;
  /// How many steps are right.
  std::uint64_t (*steps)(const savina_size&);

  /// A part of it, but not less than makes sense.
  savina_size at(double scale) const;
};

std::span<const savina_case> savina_cases();
/// Throws for a name that is none.
const savina_case& savina_case_of(std::string_view name);

/// Does a case and gives the number of its steps; throws if anything is wrong.
using savina_run = std::function<std::uint64_t(const savina_size&)>;

/// Runs, compares with what is right, prints seconds and steps. The status of
/// the program: 1 for a wrong result.
int time_savina(const savina_case& c, double scale, const savina_run& run);

} // namespace tern::bench
