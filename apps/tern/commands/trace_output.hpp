#pragma once

#include "actors/trace/event.hpp"
#include "serialization/failure.hpp"

#include <string>
#include <vector>

namespace tern {

/// Writes what the nodes recorded as one .tern-trace file and says on standard
/// error how to look at it.
result<void> save_traces(const std::string& path,
                         const std::vector<node_trace>& nodes);

} // namespace tern
