#pragma once

#include "actors/trace/trace_file.hpp"

#include <vector>

namespace tern {

/// Several traces of one run as one: of each node what any of them has.
///
/// Where two tell of the same thread, the one with more events counts for the
/// time that it covers, and the other for what was before and after. Fails with
/// `refused` if numbers mean something else in one of them than in another, as
/// in traces of different versions. `all` must not be empty.
result<trace_content> merge_traces(std::vector<trace_content> all);

} // namespace tern
