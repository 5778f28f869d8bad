#pragma once

#include <chrono>
#include <cstdint>

namespace tern {

/// Whether a node moves its stateful actors by itself; see balance.hpp.
enum class balance_policy : std::uint8_t {
  none, ///< it moves nothing, and nothing is measured
  load, ///< from nodes with more than their share of load to those with less
  affinity, ///< to where those are that an actor talks to most
};

/// How. All nodes that take part should have the same.
struct balance_options {
  balance_policy policy = balance_policy::none;
  /// Between two measurements, and between what a node says to the others.
  std::chrono::nanoseconds period = std::chrono::milliseconds(100);
  double start = 0.2;   ///< a node this far above the mean begins to give away
  double stop = 0.05;   ///< and ends here
  double margin = 0.15; ///< of the mean: the taker stays below the giver
  double idle = 0.1;    ///< load of a worker below which nobody cares
  double moves_per_second = 200; ///< of a node, at most
  /// An actor that came to a node, or would not leave it, stays for so long.
  std::chrono::nanoseconds rest = std::chrono::seconds(2);
  /// For so long what was measured is expected to hold: the gain of a move.
  std::chrono::nanoseconds horizon = std::chrono::seconds(10);
  /// Nodes that were not heard for so long get nothing.
  std::chrono::nanoseconds fresh = std::chrono::seconds(3);
  double pull = 1.5; ///< so many times the talk at home takes an actor away
  /// What a message costs more that goes to another node.
  std::chrono::nanoseconds remote_message = std::chrono::microseconds(10);
};

} // namespace tern
