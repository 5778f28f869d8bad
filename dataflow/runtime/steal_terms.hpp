#pragma once

#include "actors/actor_id.hpp"
#include "dataflow/graph/resources.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tern {

/// What it takes to bring bytes to a node, as measured.
struct link_cost {
  double ns_per_byte = 1;                ///< 1 GB/s until it is measured
  std::uint64_t round_trip_ns = 200'000; ///< the same

  std::uint64_t transfer_ns(std::uint64_t bytes) const noexcept {
    return round_trip_ns
           + static_cast<std::uint64_t>(static_cast<double>(bytes)
                                        * ns_per_byte);
  }
};

/// Whether a move pays: the kernel takes more than twice as long as what has to
/// cross the network because of it. Each earlier theft of the task doubles the
/// bar, so that a task does not wander; one stolen `most_steals` times stays.
/// Without a measurement (`work_ns` 0) it pays: the first of a layer have to
/// run somewhere.
inline constexpr unsigned most_steals = 4;
constexpr bool move_pays(std::uint64_t work_ns, std::uint64_t transfer_ns,
                         unsigned steals) noexcept {
  if (steals >= most_steals)
    return false;
  return work_ns == 0 || work_ns > (transfer_ns << (steals + 1));
}

/// How many of `queued` tasks a node may give away at once: half, rounded up,
/// but none that its own `idle` threads could take.
constexpr std::size_t stealable_share(std::size_t queued,
                                      std::size_t idle) noexcept {
  return queued <= idle ? 0 : std::min(queued - idle, (queued + 1) / 2);
}

/// What a thief asks for. Work is given until one of the bounds is reached; the
/// bounds shrink by what is given, so that one set of terms serves all plans.
struct steal_terms {
  /// Work that a thread of the thief gets at once: enough to make the way worth
  /// while, and little enough that the last of it is soon done.
  static constexpr std::uint64_t work_a_thread_ns = 40'000'000;
  static constexpr std::size_t most_tasks = 256;

  node_id thief;
  std::size_t tasks = 0;     ///< at most so many
  std::size_t waiting = 0;   ///< and of those that wait for resources, so many
  std::uint64_t room = 0;    ///< bytes that the thief has set aside for them
  std::uint64_t work_ns = 0; ///< enough once this is used up
  /// What a task counts for that nobody has measured.
  std::uint64_t unknown_ns = work_a_thread_ns;
  link_cost link;
  resource_counts resources{}; ///< what the thief has

  /// For a thief with `threads` and `room`, from a node with `queued` tasks.
  static steal_terms of(node_id thief, unsigned threads, std::uint64_t room,
                        std::size_t queued, std::size_t idle) noexcept {
    steal_terms terms;
    terms.thief = thief;
    terms.tasks = std::min(stealable_share(queued, idle), most_tasks);
    terms.room = room;
    terms.work_ns = threads * work_a_thread_ns;
    return terms;
  }

  bool satisfied() const noexcept {
    return tasks == 0 || work_ns == 0;
  }
  void take(std::uint64_t work, std::uint64_t bytes) noexcept {
    --tasks;
    room -= std::min(room, bytes);
    work_ns -= std::min(work_ns, work > 0 ? work : unknown_ns);
  }
};

} // namespace tern
