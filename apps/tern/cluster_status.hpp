#pragma once

#include "apps/tern/commands/options.hpp"
#include "serialization/failure.hpp"

#include <nlohmann/json.hpp>

#include <chrono>

namespace tern {

/// What the nodes of a cluster say of themselves, as `tern status --json` shows
/// it: `nodes` as they answer, and `plans` summed over them, `layers` included
/// where the nodes tell them. Asks all members at once; `silent` are those that
/// do not answer, as the others know them. Fails with `unreachable` or
/// `malformed`, naming the address, if the first one does not.
result<nlohmann::ordered_json>
cluster_status(const address& where,
               std::chrono::milliseconds limit = std::chrono::seconds(5));

} // namespace tern
