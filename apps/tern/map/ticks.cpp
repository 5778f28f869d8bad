#include "apps/tern/map/ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tern {

namespace {

/// Below this part of the ends' size the multiples of a step are not exact.
constexpr double finest_step = 1e-9;
constexpr int least_digits = 6;

/// A step is `mantissa` x 10^`power`.
struct step {
  double mantissa;
  int power;

  double size() const {
    return mantissa * std::pow(10.0, power);
  }
  /// The k-th multiple, correctly rounded where 10^|power| is exact.
  double times(double k) const {
    return power < 0 ? k * mantissa / std::pow(10.0, -power)
                     : k * mantissa * std::pow(10.0, power);
  }
};

step step_for(double width) {
  const int power = static_cast<int>(std::floor(std::log10(width)));
  for (const double mantissa : {1.0, 2.0, 5.0})
    if (step{mantissa, power}.size() >= width)
      return {mantissa, power};
  return {1, power + 1};
}

std::vector<tick> ends(double low, double high) {
  std::vector<tick> result{{low, fmt::format("{:.9g}", low)}};
  if (high > low)
    result.push_back({high, fmt::format("{:.9g}", high)});
  return result;
}

} // namespace

std::vector<tick> ticks(double low, double high, int most) {
  const auto largest = std::max(std::abs(low), std::abs(high));
  const auto width = (high - low) / std::max(most, 1);
  if (!std::isfinite(high - low) || !(width > largest * finest_step))
    return ends(low, high);
  const auto by = step_for(width);
  const int leading = static_cast<int>(std::floor(std::log10(largest)));
  const int digits = std::max(least_digits, leading - by.power + 1);
  std::vector<tick> result;
  const auto last = std::floor(high / by.size());
  for (auto k = std::ceil(low / by.size()); k <= last; ++k)
    result.push_back(
        {by.times(k), fmt::format("{:.{}g}", by.times(k) + 0.0, digits)});
  return result.size() < 2 ? ends(low, high) : result;
}

} // namespace tern
