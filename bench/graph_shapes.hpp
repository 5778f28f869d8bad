#pragma once

#include "bench/timed_graph.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tern::bench {

/// Shapes that real work has: `fan-out` (a task, many that read it, one that
/// reads them; some such stages one after the other), `pipelines` (chains that
/// have nothing to do with each other), `tree` (leaves, then what reads two,
/// down to one) and `layered` (each task reads one to three of the layer
/// before). Task times are uneven, as recorded ones are: lognormal.
std::vector<std::string> graph_shapes();

/// One of them with about `tasks` tasks (at least 16); throws
/// `std::invalid_argument` for another name. The same for the same seed.
timed_graph make_shape(const std::string& shape, std::size_t tasks,
                       std::uint64_t seed);

} // namespace tern::bench
