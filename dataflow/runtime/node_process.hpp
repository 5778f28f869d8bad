#pragma once

#include "actors/node.hpp"
#include "dataflow/runtime/kernel_registry.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tern {

class dataflow_service;

/// What goes with a node from before it joins to its end.
struct node_company {
  std::shared_ptr<void> what; ///< destroyed before the node
  std::vector<std::pair<std::string, std::uint16_t>>
      ports; ///< that it listens at, for the line that says where the node does
};

/// A process that is a node and nothing else.
struct node_process {
  struct peer {
    std::string host;
    std::uint16_t port = 0;
  };
  node_config config;
  std::string spill_directory; ///< as in session_options
  std::vector<peer> peers;     ///< the first that answers is joined
  kernel_registry kernels;     ///< what plans may call,
  std::vector<std::string>
      libraries;            ///< and files of more (kernel_library.hpp)
  bool watch_stdin = false; ///< end with the end of standard input
  /// Answers `status` requests; empty: nothing is told.
  std::function<std::vector<std::byte>(const node&, const dataflow_service&)>
      status;
  /// Called for each node of the process; may be empty.
  std::function<result<node_company>(node&, dataflow_service&)> company;
};

/// Starts the node, joins, says where it listens (one line of JSON on standard
/// output) and waits for SIGTERM or SIGINT; then it hands over its work and
/// leaves when the plans that need it are over, or at a second signal. If the
/// others took it for dead (it was stopped, or cut off) it comes back as a new
/// node at the same address, and says so (`"event":"returned"`). Call it on the
/// main thread before any other exists: it blocks these signals, and SIGUSR1,
/// for all of them.
result<void> run(node_process process);

/// Set in the environment of processes that a session starts.
inline constexpr const char* node_process_variable = "TERN_NODE_PROCESS";

} // namespace tern
