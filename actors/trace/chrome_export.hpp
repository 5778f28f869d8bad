#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>

namespace tern {

/// What an export contained.
struct chrome_counts {
  std::uint64_t nodes = 0;
  std::uint64_t events = 0;
  std::uint64_t tasks = 0; ///< slices from `fired` to `finished` or `failed`
  std::uint64_t flows = 0; ///< messages between nodes, seen at both ends
  std::uint64_t lost = 0;  ///< events that were not recorded for want of room
  bool truncated = false;  ///< the trace was cut off
};

/// Writes a `.tern-trace` file, given as bytes, as Chrome trace JSON, which
/// ui.perfetto.dev and chrome://tracing open. Nodes become processes; tasks
/// become slices; each message between two nodes becomes an arrow between two
/// small slices. Memory is needed for one record and a few bytes a message,
/// whatever the size of the trace. Fails with `malformed`, or with `io` when
/// `out` fails.
result<chrome_counts> export_chrome(std::span<const std::byte> trace,
                                    std::ostream& out);

} // namespace tern
