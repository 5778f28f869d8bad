#pragma once

#include <string>
#include <vector>

namespace tern {

struct tick {
  double value;
  std::string label;
};

/// Round numbers in [low, high], finite: multiples of 1, 2 or 5 times a power
/// of ten, `most` + 1 of them or fewer. Where fewer than two lie there, the
/// ends; where these are equal, that number.
std::vector<tick> ticks(double low, double high, int most);

} // namespace tern
