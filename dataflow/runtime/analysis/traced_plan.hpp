#pragma once

#include "actors/trace/trace_file.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace tern {

/// A plan out of a trace.
struct traced_plan {
  plan what;
  std::string text; ///< the user's words; empty: none
};

/// The plan `id` of a trace; without an id the only one. Fails with
/// `not_found`, or `refused` and their ids if there are several, or
/// `malformed`.
result<traced_plan> plan_in(const trace_content& trace,
                            std::optional<std::uint64_t> id);

} // namespace tern
