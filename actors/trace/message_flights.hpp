#pragma once

#include "actors/envelope.hpp"
#include "actors/trace/trace_file.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// Where a message was sent or received, when by that node's clock, and by
/// whom.
struct flight_end {
  std::size_t node = 0; ///< position in the trace
  std::uint64_t time = 0;
  actor_id actor;
};

/// A message that was seen at both ends, on two nodes or on one.
struct message_flight {
  std::uint64_t number = 0;
  message_kind kind = message_kind::have;
  flight_end sent;
  flight_end received;
};

/// All of them, in order of number.
std::vector<message_flight> flights_in(const trace_content& trace);

/// What has to be added to each node's times so that no message arrives before
/// it was sent.
///
/// For two nodes, the shortest flight in each direction bounds how far their
/// clocks are apart. Clocks that are within these bounds are left as they are:
/// nodes of one host share CLOCK_MONOTONIC. Others are set to the middle, as if
/// the shortest flights took the same time in both directions; where messages
/// went one way only, to the nearest bound. Pairs with the most messages decide
/// first.
std::vector<std::int64_t> align_clocks(const trace_content& trace,
                                       std::span<const message_flight> flights);

/// A node's time with `offset` added; without overflow whatever a file says.
std::int64_t aligned_time(std::uint64_t time, std::int64_t offset) noexcept;

} // namespace tern
