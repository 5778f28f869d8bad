#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstdint>
#include <iosfwd>

namespace tern {

/// How many of each were written.
struct otel_counts {
  std::uint64_t tasks = 0;    ///< spans of tasks
  std::uint64_t messages = 0; ///< spans of messages to actors
  std::uint64_t links = 0;
};

/// Writes a trace as traces of OpenTelemetry, in the JSON encoding of OTLP
/// (opentelemetry.io/docs/specs/otlp, version 1): one object, a resource a
/// node.
///
/// A span is a task that ran (internal; what had not ended has the attribute
/// `tern.unfinished` and ends with its node's events), or a message to an actor
/// of a user (consumer; from when it was sent to when it was received). Its
/// trace is the plan, or the node where the actor was born; its links are its
/// causes: the tasks whose messages a task received, and the task that ran or
/// the message that was handled last where a message was sent. Ids follow from
/// what is in the trace, so they are the same each time.
///
/// A trace knows the monotonic clocks of its nodes only, which are aligned by
/// its messages: `end_unix_ns` says when the last event was. Fails with `io`
/// when `out` fails.
result<otel_counts> export_otel(const trace_content& trace,
                                std::uint64_t end_unix_ns, std::ostream& out);

} // namespace tern
