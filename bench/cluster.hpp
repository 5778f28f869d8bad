#pragma once

#include "bench/started_node.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/executor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tern::bench {

/// Node processes of this program with one compute thread each, and this
/// process, which submits plans to some or all of them. One plan at a time.
class cluster {
public:
  /// Throws `run_error` if they cannot be started.
  explicit cluster(unsigned nodes);
  ~cluster();
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;

  /// HOST:PORT of the first node, for others to join.
  std::string address() const;
  const std::vector<std::unique_ptr<started_node>>& nodes() const noexcept {
    return nodes_;
  }

  /// Runs a plan that is pinned to the first `places` nodes (0: to all); the
  /// others are guests that have to steal. Throws `run_error`, also after
  /// `patience`.
  run_report run(graph work, unsigned places = 0, compute_hooks hooks = {});

  /// Records what all nodes do from now on.
  void record();
  std::vector<node_trace> traces();

private:
  struct submitter;

  std::vector<std::unique_ptr<started_node>> nodes_;
  std::unique_ptr<submitter> submitter_;
};

} // namespace tern::bench
