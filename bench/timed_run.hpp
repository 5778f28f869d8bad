#pragma once

#include "bench/child.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tern::bench {

/// The numbers in the last line that a program printed, a JSON object; none if
/// it could not be started, failed or said nothing.
std::map<std::string, double> figures_in(const child_end& end);

/// One of them.
std::optional<double> figure_of(const std::string& program,
                                const std::vector<std::string>& words,
                                const std::string& name);

/// What a program of ours or a rival's says of itself in its last line,
/// `{"seconds": ..., "value": ...}`, and what it took.
struct timed_run {
  double seconds = 0;
  double value = 0; ///< both sides compute the same
  double peak_gigabytes = 0;
};

/// Nothing if it could not be started, failed or said nothing.
std::optional<timed_run> time_program(const std::string& program,
                                      const std::vector<std::string>& words);

std::optional<double> seconds_of(const std::optional<timed_run>& r);

} // namespace tern::bench
