#include "bench/overhead.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tern::bench {

namespace {

constexpr double outside = 0.05;

/// How many of n fair coins fall on one side at most, in all but `outside` / 2
/// of the cases: so many values lie below the interval, and above it.
std::size_t values_outside(std::size_t n) {
  double each = std::pow(0.5, static_cast<double>(n)); // none of them
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t k = 0; k <= n / 2; ++k) {
    sum += each;
    if (sum > outside / 2)
      break;
    count = k + 1;
    each *= static_cast<double>(n - k) / static_cast<double>(k + 1);
  }
  return count;
}

} // namespace

std::optional<overhead> overhead_of(std::vector<double> ratios) {
  std::ranges::sort(ratios);
  const auto n = ratios.size();
  const auto beyond = values_outside(n);
  if (beyond == 0)
    return std::nullopt;
  const auto middle = (ratios[(n - 1) / 2] + ratios[n / 2]) / 2;
  return overhead{middle - 1, ratios[beyond - 1] - 1, ratios[n - beyond] - 1};
}

std::vector<double>
interleaved_ratios(unsigned pairs,
                   const std::function<std::optional<double>()>& with,
                   const std::function<std::optional<double>()>& without) {
  std::vector<double> ratios;
  for (unsigned i = 0; i < pairs; ++i) {
    const bool first = i % 2 == 0;
    const auto a = first ? with() : without();
    const auto b = first ? without() : with();
    if (a && b)
      ratios.push_back(first ? *a / *b : *b / *a);
  }
  return ratios;
}

} // namespace tern::bench
