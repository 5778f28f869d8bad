#pragma once

#include "actors/trace/summary.hpp"

#include <nlohmann/json.hpp>

#include <iosfwd>

namespace tern {

/// A summary as tables.
void print_summary(std::ostream& out, const trace_summary& s,
                   const trace_header& names);

/// The same; times in seconds.
nlohmann::ordered_json json_of(const trace_summary& s,
                               const trace_header& names);

} // namespace tern
