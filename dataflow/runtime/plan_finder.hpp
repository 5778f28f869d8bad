#pragma once

#include "dataflow/runtime/plan_message.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <span>

namespace tern {

class dataflow_service;

/// The plan `id` as the first of `nodes` that has it tells. Waits, at most for
/// ten seconds; no other client of the plan may be connected. Fails with
/// `not_found`.
result<plan> find_plan(dataflow_service& service, std::uint64_t id,
                       std::span<const node_id> nodes);

} // namespace tern
