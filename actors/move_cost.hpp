#pragma once

#include <array>
#include <cstdint>

namespace tern {

/// How long a move keeps an actor from running, by the size of its state, as
/// this node's own moves have shown. Until there were some it is guessed, and
/// what was measured fades into the guess, so that one bad minute does not end
/// all moves for good.
class move_cost {
public:
  /// Seconds. `bytes` 0: not known; then as those that have moved lately.
  double of(std::uint64_t bytes) const;
  void measured(std::uint64_t bytes, double seconds);
  /// A period is over.
  void fade();

private:
  static constexpr int classes = 65; // by powers of two

  std::array<double, classes> factor_{}; ///< of the guess; 0: not measured
  double usual_bytes_ = 1024;
};

} // namespace tern
