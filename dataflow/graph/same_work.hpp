#pragma once

#include "dataflow/graph/layer.hpp"

#include <cstddef>

namespace tern {

/// True if both layers make the same blocks from the same inputs, whatever
/// words the user had for them. (Explicit edges are the same only if shared.)
bool same_work(const layer& a, const layer& b);

/// Equal for layers that do the same work.
std::size_t hash_of_work(const layer& l) noexcept;

} // namespace tern
