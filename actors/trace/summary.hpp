#pragma once

#include "actors/trace/trace_file.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tern {

/// A trace at a glance. Times are ns. Those of messages compare the clocks of
/// two nodes, which are one clock on one host only; all others are a node's
/// own.
struct trace_summary {
  /// What one node did.
  struct node {
    node_id id;
    std::string name;
    std::uint64_t duration = 0;      ///< from its first event to its last
    std::size_t compute_threads = 0; ///< that ran tasks
    std::uint64_t tasks = 0;         ///< that ended
    std::uint64_t failed = 0;        ///< of these
    std::uint64_t busy = 0;     ///< with tasks that ended; over all its threads
    std::uint64_t sent = 0;     ///< messages to other nodes
    std::uint64_t received = 0; ///< from them
    std::uint64_t arrivals = 0; ///< actors that moved here
    std::uint64_t lost = 0;     ///< events that found their ring full

    friend bool operator==(const node&, const node&) = default;
    template <class Archive>
    void fields(Archive& a) {
      a(id.value, name, duration, compute_threads, tasks, failed, busy, sent,
        received, arrivals, lost);
    }
  };
  struct layer_name {
    std::uint64_t plan = 0;
    std::uint32_t layer = 0;
    friend auto operator<=>(const layer_name&, const layer_name&) = default;
    template <class Archive>
    void fields(Archive& a) {
      a(plan, layer);
    }
  };
  /// The tasks of one layer of a plan.
  struct layer {
    std::uint64_t tasks = 0;
    std::uint64_t failed = 0;
    std::uint64_t total = 0;
    std::uint64_t longest = 0;
    actor_id longest_task;

    friend bool operator==(const layer&, const layer&) = default;
    template <class Archive>
    void fields(Archive& a) {
      a(tasks, failed, total, longest, longest_task.high, longest_task.low);
    }
  };
  /// Messages of one kind between nodes.
  struct traffic {
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    std::uint64_t timed = 0;   ///< seen at both ends
    std::uint64_t flight = 0;  ///< sum over those
    std::uint64_t longest = 0; ///< of those

    friend bool operator==(const traffic&, const traffic&) = default;
    template <class Archive>
    void fields(Archive& a) {
      a(sent, received, timed, flight, longest);
    }
  };
  /// A task that had not ended when its node's trace did.
  struct unfinished {
    actor_id task;
    node_id where;
    std::uint32_t thread = 0;
    std::uint64_t since = 0; ///< before the node's last event

    friend bool operator==(const unfinished&, const unfinished&) = default;
  };

  std::uint64_t events = 0;
  std::uint64_t duration = 0; ///< the longest of a node
  std::vector<node> nodes;    ///< in order of id
  std::map<layer_name, layer> layers;
  std::map<std::uint32_t, traffic> messages; ///< by `message_kind`
  std::vector<unfinished> running;           ///< the longest first
  bool truncated = false;

  /// The part of its time in which the compute threads of `n` ran tasks.
  static double busy_share(const node& n) noexcept;

  friend bool operator==(const trace_summary&, const trace_summary&) = default;
};

trace_summary summarise(const trace_content& trace);

} // namespace tern
