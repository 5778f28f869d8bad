#pragma once

#include "actors/trace/trace_pump.hpp"

#include <string>

namespace tern {

/// Says on standard error what is in a .tern-trace file and how to look at it.
void tell_of_trace(const std::string& path, const trace_totals& in);

} // namespace tern
