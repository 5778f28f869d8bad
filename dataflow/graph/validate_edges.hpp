#pragma once

// The edges' part of `find_fault`; see validate.hpp for all of it.

#include "dataflow/graph/layer.hpp"

#include <optional>
#include <string>

namespace tern {

/// Faults of one input of `to`, which reads `from`.
std::optional<std::string> find_fault(const layer_input& in, const layer& from,
                                      const layer& to);

/// Faults of edges inside a layer of `tasks` tasks.
std::optional<std::string> find_fault(const explicit_edges& edges,
                                      std::int64_t tasks);

/// True if every task reads exactly one block of the input.
bool reads_one(const layer_input& in, const layer& from, const layer& to);

} // namespace tern
