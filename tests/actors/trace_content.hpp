#pragma once

#include "actors/trace/trace_file.hpp"

#include <utility>
#include <vector>

namespace tern::testing {

/// What a file with these nodes holds.
inline trace_content trace_of(std::vector<node_trace> nodes) {
  trace_content all;
  all.nodes = std::move(nodes);
  return all;
}

} // namespace tern::testing
