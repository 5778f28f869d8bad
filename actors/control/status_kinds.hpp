#pragma once

#include "actors/envelope.hpp"

namespace tern {

/// Members of a cluster ask each other by the link how they do. The payload of
/// the answer is what the node tells `node::query_status`, too.
inline constexpr auto status_ask = static_cast<message_kind>(90);
inline constexpr auto status_told = static_cast<message_kind>(91);

} // namespace tern
