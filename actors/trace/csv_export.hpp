#pragma once

#include "actors/trace/trace_file.hpp"

#include <iosfwd>

namespace tern {

/// Writes a trace as comma-separated values (RFC 4180), one line an event in
/// order of nodes, threads and time, under a line of names:
///
///   node,thread,time_ns,event,actor,peer,message,number,argument
///
/// `time_ns` counts from the first event of the trace. `peer`, the other end's
/// node, is empty for this node itself; `message` (its kind) and `number` are
/// empty but for messages, `argument` is for all others. Fails with `io` when
/// `out` fails.
result<void> export_csv(const trace_content& trace, std::ostream& out);

} // namespace tern
