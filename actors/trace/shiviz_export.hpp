#pragma once

#include "actors/trace/trace_file.hpp"

#include <iosfwd>

namespace tern {

/// Writes a trace as a log for ShiViz (Beschastnikh and others, "Debugging
/// distributed systems", 2016), which draws who could know of what: two lines
/// an event as it reads them unless told otherwise, what happened, and the node
/// with a vector clock (Mattern, "Virtual time and global states", 1989).
/// Events of a node are in order of its clock; a message that was received is
/// later than all that its sender had done when it sent it. Left out is what
/// concerns no other node: tasks and counters. Fails with `io` when `out`
/// fails.
result<void> export_shiviz(const trace_content& trace, std::ostream& out);

} // namespace tern
