#include "actors/move_cost.hpp"

#include <bit>

namespace tern {

namespace {

int class_of(std::uint64_t bytes) {
  return static_cast<int>(std::bit_width(bytes));
}

// A round trip or two, and the bytes at 1 GB/s.
double guess(std::uint64_t bytes) {
  return 1e-3 + static_cast<double>(bytes) * 1e-9;
}

constexpr double newest = 0.3;  // weight of a measurement
constexpr double faded = 0.005; // of the way to the guess, in a period

} // namespace

double move_cost::of(std::uint64_t bytes) const {
  if (bytes == 0)
    bytes = static_cast<std::uint64_t>(usual_bytes_);
  const int at = class_of(bytes);
  for (int off = 0; off < classes; ++off)
    for (const int near : {at - off, at + off})
      if (near >= 0 && near < classes && factor_[near] > 0)
        return factor_[near] * guess(bytes);
  return guess(bytes);
}

void move_cost::measured(std::uint64_t bytes, double seconds) {
  usual_bytes_ += newest * (static_cast<double>(bytes) - usual_bytes_);
  auto& known = factor_[class_of(bytes)];
  const auto factor = seconds / guess(bytes);
  known = known > 0 ? known + newest * (factor - known) : factor;
}

void move_cost::fade() {
  for (auto& f : factor_)
    if (f > 0)
      f += faded * (1 - f);
}

} // namespace tern
