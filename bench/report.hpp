#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tern::bench {

/// One row of a benchmark. `ratio` > 1: tern is better. Without a rival `rival`
/// and `ratio` are empty; `ok` is empty where a budget needs a rival that is
/// missing.
struct row {
  std::string bench;
  std::string name; ///< the case
  std::string unit;
  double ours = 0;
  double spread = 0; ///< largest minus smallest of the runs
  std::string rival_name;
  std::optional<double> rival;
  std::optional<double> ratio;
  std::string budget; ///< in words; empty: none
  std::optional<bool> ok = true;
};

double median(std::vector<double> values);
double spread(const std::vector<double>& values);

/// A table, or one JSON object a line.
void print(const std::vector<row>& rows, bool json);

} // namespace tern::bench
