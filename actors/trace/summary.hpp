#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tern {

/// A trace at a glance. Times are ns; those of messages compare the clocks of
/// two nodes, which are one clock on one host only.
struct trace_summary {
  /// What one node did.
  struct node {
    node_id id;
    std::string name;
    std::size_t compute_threads = 0; ///< that ran tasks
    std::uint64_t tasks = 0;         ///< that ended
    std::uint64_t failed = 0;        ///< of these
    std::uint64_t busy = 0;          ///< sum over its threads
    std::uint64_t sent = 0;          ///< messages to other nodes
    std::uint64_t received = 0;      ///< from them
    std::uint64_t arrivals = 0;      ///< actors that moved here
    std::uint64_t lost = 0;          ///< events that found their ring full
  };
  /// The tasks of one layer of the plans.
  struct layer {
    std::uint64_t tasks = 0;
    std::uint64_t failed = 0;
    std::uint64_t total = 0;
    std::uint64_t longest = 0;
    std::uint64_t longest_task = 0; ///< `actor_id::low`
  };
  /// Messages of one kind between nodes.
  struct traffic {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t timed = 0;   ///< seen at both ends
    std::uint64_t flight = 0;  ///< sum over those
    std::uint64_t longest = 0; ///< of those
  };
  /// A task that had not ended when the trace did.
  struct unfinished {
    std::uint64_t task = 0; ///< `actor_id::low`
    node_id where;
    std::uint32_t thread = 0;
    std::uint64_t since = 0; ///< before the end of the trace
  };

  std::uint64_t events = 0;
  std::uint64_t begin = 0; ///< of the first event
  std::uint64_t end = 0;   ///< of the last
  std::vector<node> nodes; ///< in order of id
  std::map<std::uint32_t, layer> layers;
  std::map<std::uint32_t, traffic> messages; ///< by `message_kind`
  std::vector<unfinished> running;           ///< the longest first
  bool truncated = false;

  /// The part of the time in which the compute threads of `n` ran tasks.
  double busy_share(const node& n) const noexcept;
};

trace_summary summarise(const trace_content& trace);

} // namespace tern
