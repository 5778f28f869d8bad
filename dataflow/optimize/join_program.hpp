#pragma once

#include "dataflow/block/program.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace tern {

/// `outer` with its operand `replaced` computed by `inner` in place. The
/// operand numbers of both are renamed: operand i of `inner` becomes
/// inner_names[i], of `outer` outer_names[i]. Equal steps are kept once, so
/// every element is computed by the same operations as before. Nothing if
/// more than `most_steps` steps would come of it.
std::optional<program> join(const program& inner,
                            std::span<const std::uint16_t> inner_names,
                            const program& outer,
                            std::span<const std::uint16_t> outer_names,
                            std::uint16_t replaced, std::size_t most_steps);

} // namespace tern
