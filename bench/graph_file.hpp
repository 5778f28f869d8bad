#pragma once

#include "bench/timed_graph.hpp"
#include "serialization/failure.hpp"

#include <string>
#include <string_view>

namespace tern::bench {

/// A recorded graph: a task a line, of id, seconds, bytes of its result, and
/// the ids of the tasks that it reads, with tabs between them. Lines may come
/// in any order; what comes out is sorted. (The bytes are read and not used:
/// naps make none.) Fails with `malformed` and `NAME:LINE: ...`, or `NAME: ...`
/// where it is about all of it: no task, or none that takes time.
result<timed_graph> parse_graph(std::string_view text, const std::string& name);

/// The same from a file; also `not_found` and `io`.
result<timed_graph> read_graph_file(const std::string& path);

} // namespace tern::bench
