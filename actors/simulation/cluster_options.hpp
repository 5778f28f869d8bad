#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern::simulation {

/// What goes wrong in a simulated cluster. When, where and for how long is
/// drawn from the seed; the numbers of kills, expels, pauses, cuts and clogs
/// are of the time `during`, from the start. `cluster::run` ends all of it.
struct faults {
  using duration = std::chrono::nanoseconds;

  double loss = 0.02;      ///< probability that a message between nodes is lost
  double duplicate = 0.05; ///< that it arrives twice
  double straggle = 0.02;  ///< that it takes up to `straggle_delay`
  duration delay = std::chrono::microseconds(500); ///< of the others, at most
  duration straggle_delay = std::chrono::milliseconds(20);

  std::size_t kills = 0; ///< nodes that die, never all of them
  /// That stop for so long that the others go on without them, and wake up.
  std::size_t expels = 0;
  std::size_t pauses = 2; ///< of a node, which does nothing, then all at once
  std::size_t cuts = 1;   ///< of a link, one way or both: all on it is lost
  /// Half of all links, each of one way, are clogged one after the other, so
  /// that they hold everything back, and are cleared one after the other in
  /// another order (FoundationDB's "swizzle-clogging").
  std::size_t clogs = 0;
  duration longest = std::chrono::milliseconds(30); ///< of all but kills
  duration during = std::chrono::milliseconds(100);
  double skew = 0.01; ///< clocks run faster or slower by up to this part

  /// Messages take their time and overtake each other; nothing else.
  static faults none() {
    faults f;
    f.loss = f.duplicate = f.straggle = f.skew = 0;
    f.kills = f.expels = f.pauses = f.cuts = f.clogs = 0;
    return f;
  }

  friend bool operator==(const faults&, const faults&) = default;
};

/// A run is a function of these, and of what the program makes of it.
struct options {
  std::uint64_t seed = 1;
  std::size_t nodes = 3;
  std::size_t moves = 8; ///< of some actor to some node, within `bad.during`
  bool rotate = false;   ///< move an actor after every message it handled
  /// How much a scenario does that asks `how().load`: messages, say. Its own
  /// default if 0.
  std::size_t load = 0;
  faults bad = {};
  /// Events without faults in which a run has to come to rest.
  std::uint64_t patience = 1'000'000;
  bool names = false;  ///< nodes have the registry of names
  bool tell = false;   ///< keep `cluster::history`
  bool record = false; ///< keep what `cluster::trace` gives

  friend bool operator==(const options&, const options&) = default;
};

/// What of `o` differs from a quiet run of one node, in one line.
std::string to_string(const options& o);

/// A handler ended with an exception. To a request that is an answer, and may
/// be meant; nobody hears of the others.
struct handler_error {
  std::chrono::nanoseconds time{};
  std::size_t node = 0;
  std::string actor; ///< its class, and which of all actors
  std::string what;
};

/// How a run went, so far.
struct verdict {
  std::uint64_t seed = 0;
  std::string broken; ///< the first invariant that did not hold; empty: none
  std::string why;    ///< what it threw, if it did
  std::chrono::nanoseconds time{};   ///< when that was, or now
  std::uint64_t events = 0;          ///< until then
  std::uint64_t hash = 0;            ///< of all of them
  std::vector<handler_error> errors; ///< exceptions of handlers

  bool holds() const noexcept {
    return broken.empty();
  }
  explicit operator bool() const noexcept {
    return holds();
  }
};

/// "seed 7: money is conserved: no, at 12.345 ms (event 678)", and the
/// exceptions.
std::string to_string(const verdict& v);

} // namespace tern::simulation
