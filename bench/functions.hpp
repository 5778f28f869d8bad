#pragma once

#include "dataflow/array/array.hpp"
#include "dataflow/runtime/kernel_registry.hpp"

#include <cstdint>

namespace tern::bench {

/// The functions that plans of tern-bench call; this program is its own node
/// (dataflow/api/node_main.hpp): `nap` (naps.hpp), and those of the arrays
/// below.
kernel_registry bench_functions();

/// x + 1 for x = 0 ... `tasks` - 1, a task each.
array increments(std::int64_t tasks);

/// Goes round a loop; what comes of it.
std::uint64_t go_round(std::uint64_t rounds) noexcept;

/// Ones, a task each, that goes round a loop first: so long is always the same
/// work.
array spinning(std::int64_t tasks, std::uint64_t rounds);

/// `x`, block by block, each after a sleep of so long.
array slowed(const array& x, double seconds);

} // namespace tern::bench
