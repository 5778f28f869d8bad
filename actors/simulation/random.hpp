#pragma once

#include "actors/mix.hpp"

#include <cstdint>

namespace tern::simulation {

/// The only source of chance in a simulated run: splitmix64 (Steele, Lea and
/// Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Same
/// seed, same numbers, on any machine; the standard distributions promise no
/// such thing, so the few that are needed are here.
///
/// Not for arrays: their numbers count by element (dataflow/block).
class random_source {
public:
  explicit random_source(std::uint64_t seed) noexcept : state_(seed) {}

  /// 64 random bits.
  std::uint64_t next() noexcept {
    state_ += 0x9e3779b97f4a7c15ull;
    return mix(state_);
  }

  /// A number in [0, n). `n` > 0. The bias is below n / 2^64.
  std::uint64_t below(std::uint64_t n) noexcept {
    return next() % n;
  }

  /// A number in [low, high], both included.
  std::uint64_t between(std::uint64_t low, std::uint64_t high) noexcept {
    return low + below(high - low + 1);
  }

  /// A number in [0, 1).
  double unit() noexcept {
    return static_cast<double>(next() >> 11) * 0x1p-53;
  }

  /// True with this probability. Draws a number even for 0 and 1, so that a
  /// switched-off fault does not shift what follows.
  bool chance(double probability) noexcept {
    return unit() < probability;
  }

  /// A source of its own, whose draws do not shift this one's.
  random_source fork() noexcept {
    return random_source(next());
  }

private:
  std::uint64_t state_;
};

} // namespace tern::simulation
