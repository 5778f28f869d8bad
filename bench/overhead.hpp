#pragma once

#include <functional>
#include <optional>
#include <vector>

namespace tern::bench {

/// How much more one thing takes than another: shares, 0.02 is 2 % more.
struct overhead {
  double middle = 0; ///< median over the pairs
  double low = 0;    ///< the median of all such pairs lies between these two,
  double high = 0;   ///< with a probability of 95 %, whatever the noise
};

/// Of pairs with / without, by their order alone (the interval is the one of
/// the sign test); nothing from fewer than six, which give no interval.
std::optional<overhead> overhead_of(std::vector<double> ratios);

/// One of each, `pairs` times, the two of a pair now in one order and now in
/// the other. A pair of which one failed counts for nothing.
std::vector<double>
interleaved_ratios(unsigned pairs,
                   const std::function<std::optional<double>()>& with,
                   const std::function<std::optional<double>()>& without);

} // namespace tern::bench
