#pragma once

#include <cmath>
#include <cstdint>

// What both sides of `tern-bench savina` compute.

namespace tern::bench {

/// What an actor of the fork-join cases does with a message. False: never.
inline bool savina_work(double angle) {
  const double sine = std::sin(angle);
  return sine * sine > 0;
}
inline constexpr double savina_angle = 37.2;

/// Whom an actor of `big` turns to: the same on both sides.
class savina_dice {
public:
  explicit savina_dice(std::uint64_t seed = 0) : state_(seed + 1) {}
  /// Below n.
  std::size_t roll(std::size_t n) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return (state_ >> 33) % n;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(state_);
  }

private:
  std::uint64_t state_;
};

/// Of a chameneo.
enum class colour : std::uint8_t { blue, red, yellow };

/// What a chameneo becomes when it meets another: the same if both are the
/// same, else the third.
constexpr colour complement(colour a, colour b) noexcept {
  return a == b ? a
                : static_cast<colour>(3 - static_cast<int>(a)
                                      - static_cast<int>(b));
}

} // namespace tern::bench
