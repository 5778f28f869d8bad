#pragma once

#include "dataflow/block/program.hpp"

#include <cstddef>
#include <cstdint>

namespace tern {

/// Elements that `read_source` may need beyond those asked for.
inline constexpr std::size_t source_slack = 64;

/// The elements first, first + step, ... (n of them, global row-major index)
/// of a source. Writes them to `room`, which has place for n + `source_slack`
/// elements, and returns where in it they begin.
const std::byte* read_source(const source& made, std::int64_t first,
                             std::int64_t step, std::size_t n, std::byte* room);

} // namespace tern
