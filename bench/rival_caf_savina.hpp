#pragma once

#include "bench/savina_case.hpp"
#include "bench/savina_finish.hpp"

#include <caf/actor_system.hpp>

// The cases of `tern-bench savina` with event-based actors of CAF: what
// savina_actors.hpp declares of tern's.

namespace tern::bench {

// rival_caf_savina_ring.cpp
std::uint64_t caf_ping_pong(caf::actor_system& here, const savina_size& size);
std::uint64_t caf_thread_ring(caf::actor_system& here, const savina_size& size);
// rival_caf_savina_fork_join.cpp
std::uint64_t caf_throughput(caf::actor_system& here, const savina_size& size);
std::uint64_t caf_creation(caf::actor_system& here, const savina_size& size);
std::uint64_t caf_counting(caf::actor_system& here, const savina_size& size);
// rival_caf_savina_meetings.cpp
std::uint64_t caf_chameneos(caf::actor_system& here, const savina_size& size);
std::uint64_t caf_philosophers(caf::actor_system& here,
                               const savina_size& size);
// rival_caf_savina_big.cpp
std::uint64_t caf_big(caf::actor_system& here, const savina_size& size);

} // namespace tern::bench
