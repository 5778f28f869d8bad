#pragma once

#include "actors/trace/summary.hpp"

#include <iosfwd>

namespace tern {

/// A summary as tables.
void print_summary(std::ostream& out, const trace_summary& s,
                   const trace_header& names);

/// The same as one line of JSON; times in seconds.
void print_summary_json(std::ostream& out, const trace_summary& s,
                        const trace_header& names);

} // namespace tern
