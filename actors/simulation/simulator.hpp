#pragma once

#include "actors/simulation/random.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace tern::simulation {

/// Virtual time since the start of a run, in nanoseconds.
using sim_time = std::uint64_t;

constexpr sim_time microsecond = 1'000;
constexpr sim_time millisecond = 1'000'000;
constexpr sim_time second = 1'000'000'000;

/// A whole cluster in one thread: a virtual clock, one seed, and a queue of
/// events ordered by (time, tie number). The tie number counts the calls of
/// `after`, so events of one instant run in the order in which they were
/// asked for, and a run is a function of its seed alone.
///
/// `hash()` covers every event that ran and everything `note`d: two runs of
/// one seed that differ in it were not deterministic.
///
///     simulator sim(42);
///     network<std::string> net(sim, 3, {});
///     net.on_message([&](std::size_t to, std::size_t from, std::string m) {
///       if (m == "ping")
///         net.send(to, from, "pong");
///     });
///     net.send(0, 1, "ping");
///     sim.run();
///
/// Not for time, network and faults of real processes: those are node's.
class simulator {
public:
  using action = std::function<void()>;

  explicit simulator(std::uint64_t seed) : random_(seed) {}
  simulator(const simulator&) = delete;
  simulator& operator=(const simulator&) = delete;

  sim_time now() const noexcept {
    return now_;
  }
  random_source& rng() noexcept {
    return random_;
  }

  /// Runs `f` when `delay` has passed.
  void after(sim_time delay, action f);

  /// Runs the next event, if there is one; the clock jumps to its time.
  bool step();

  /// Runs until nothing is left, or `max_events` have run (a live-lock then).
  /// Returns how many ran.
  std::uint64_t run(std::uint64_t max_events = 100'000'000);

  /// Runs the events due at or before `time`, then sets the clock to it.
  std::uint64_t run_until(sim_time time);

  bool idle() const noexcept {
    return heap_.empty();
  }
  /// When the next event is due; now, if there is none.
  sim_time next() const noexcept {
    return heap_.empty() ? now_ : heap_.front().time;
  }
  std::uint64_t events() const noexcept {
    return events_;
  }

  /// Mixes a fact of the run into its hash.
  void note(std::uint64_t fact) noexcept {
    hash_ = (hash_ ^ fact) * 0x100000001b3ull;
    hash_ ^= hash_ >> 29;
  }
  std::uint64_t hash() const noexcept {
    return hash_;
  }

private:
  struct event {
    sim_time time;
    std::uint64_t tie;
    action run;
  };
  struct later {
    bool operator()(const event& a, const event& b) const noexcept {
      return a.time != b.time ? a.time > b.time : a.tie > b.tie;
    }
  };

  std::vector<event> heap_;
  random_source random_;
  sim_time now_ = 0;
  std::uint64_t next_tie_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
};

} // namespace tern::simulation
