#pragma once

#include "actors/actor_id.hpp"

#include <cstdint>
#include <map>
#include <mutex>

namespace tern {

/// How fast blocks come from each peer: a moving mean over the blocks that were
/// asked for and came at once. Any thread.
class link_speeds {
public:
  /// Smaller blocks say more about the round trip than about the link.
  static constexpr std::uint64_t least_bytes = 65'536;

  void measured(node_id peer, std::uint64_t bytes, std::uint64_t ns) {
    if (bytes < least_bytes)
      return;
    const auto now = static_cast<double>(ns) / static_cast<double>(bytes);
    std::lock_guard guard{mutex_};
    const auto [place, fresh] = ns_per_byte_.emplace(peer, now);
    if (!fresh)
      place->second += (now - place->second) * weight_of_the_new;
  }
  /// Nanoseconds a byte; `unknown` for a peer without measurements.
  double ns_per_byte(node_id peer, double unknown) const {
    std::lock_guard guard{mutex_};
    const auto found = ns_per_byte_.find(peer);
    return found == ns_per_byte_.end() ? unknown : found->second;
  }

private:
  static constexpr double weight_of_the_new = 0.25;

  mutable std::mutex mutex_;
  std::map<node_id, double> ns_per_byte_;
};

} // namespace tern
