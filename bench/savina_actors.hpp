#pragma once

#include "bench/savina_case.hpp"
#include "bench/savina_finish.hpp"

#include <tern/actors.hpp>

// The cases of `tern-bench savina` with actors of tern: each makes its actors
// on a system, sets them to work and gives the number of steps that were done.

namespace tern::bench {

// savina_ring.cpp
std::uint64_t tern_ping_pong(actor_system& here, const savina_size& size);
std::uint64_t tern_thread_ring(actor_system& here, const savina_size& size);
// savina_fork_join.cpp
std::uint64_t tern_throughput(actor_system& here, const savina_size& size);
std::uint64_t tern_creation(actor_system& here, const savina_size& size);
// savina_counting.cpp
std::uint64_t tern_counting(actor_system& here, const savina_size& size);
// savina_chameneos.cpp
std::uint64_t tern_chameneos(actor_system& here, const savina_size& size);
// savina_big.cpp
std::uint64_t tern_big(actor_system& here, const savina_size& size);
// savina_philosophers.cpp
std::uint64_t tern_philosophers(actor_system& here, const savina_size& size);

/// A message that says nothing but what it is.
struct savina_signal {
  template <class Archive>
  void fields(Archive&) {}
};

} // namespace tern::bench
