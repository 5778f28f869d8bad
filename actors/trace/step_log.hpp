#pragma once

#include "actors/trace/level.hpp"
#include "actors/trace/recorded_step.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace tern {

/// What actors of a node did, for a session that fetches it: the part of its
/// trace that does not fit into events of 32 bytes.
///
/// It holds so many bytes; what comes on top is lost, and counted by actor. Off
/// it costs who might write one relaxed load. Any thread may call anything.
class step_log {
public:
  static constexpr std::uint64_t usual_bytes = std::uint64_t{64} << 20;
  /// No step is larger, so that one fits in a record of a file.
  static constexpr std::uint64_t largest_step = std::uint64_t{2} << 20;

  explicit step_log(std::uint64_t most_bytes = usual_bytes)
    : most_bytes_(most_bytes) {}

  /// Forgets what it has if it was off. `hashes` and `payloads` are levels of
  /// its own; at those below it is off.
  void set_level(trace_level level);
  trace_level level() const noexcept {
    return level_.load(std::memory_order_relaxed);
  }
  /// Which recording this is; 0: none. What an actor was has to be recorded
  /// anew in each.
  std::uint32_t session() const noexcept {
    return session_.load(std::memory_order_relaxed);
  }

  /// False: it found no room.
  bool add(recorded_step step);

  struct content {
    std::vector<recorded_step> steps; ///< those of one actor in order
    std::vector<step_loss> lost;      ///< since it was taken last
  };
  content take();

private:
  std::atomic<trace_level> level_{trace_level::off};
  std::atomic<std::uint32_t> session_{0};
  const std::uint64_t most_bytes_;
  std::mutex mutex_; // guards what follows, and changes of the two above
  std::uint32_t last_session_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<recorded_step> steps_;
  std::map<std::pair<actor_id, std::uint32_t>, step_loss> lost_;
};

} // namespace tern
