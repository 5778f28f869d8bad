#pragma once

#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tern {

/// The graph as bytes (schema/plan.capnp, LZ4 where that helps): what a plan
/// is sent as. `g` is sound.
std::vector<std::byte> encode(const graph& g);

/// The graph of such bytes; explicit edges are indexed. Any bytes whatever
/// give a sound graph (`find_fault` finds nothing) or `malformed`.
result<graph> decode_graph(std::span<const std::byte> bytes);

} // namespace tern
