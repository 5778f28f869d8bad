#pragma once

// For graph_codec.cpp: it includes generated code.

#include "dataflow/graph/graph.hpp"
#include "serialization/failure.hpp"
#include "serialization/schema/plan.capnp.h"

namespace tern {

/// Fills `to`; throws what Cap'n Proto throws for more than 2^29 edges.
void write_graph(const graph& g, schema::Plan::Builder to);

/// What is there, with the sizes checked that are needed to hold it; whether
/// it is sound is for `find_fault`. Throws what Cap'n Proto throws.
result<graph> read_graph(schema::Plan::Reader from);

} // namespace tern
