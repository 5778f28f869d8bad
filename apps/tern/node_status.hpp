#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/service.hpp"

#include <cstddef>
#include <vector>

namespace tern {

/// What a node tells about itself to whoever asks (`tern status`), as JSON:
/// the members it knows, its memory, its actors by state, its plans.
std::vector<std::byte> encode_status(const node& self,
                                     const dataflow_service& service);

} // namespace tern
