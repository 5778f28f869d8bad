#pragma once

#include "actors/actor_id.hpp"
#include "dataflow/graph/resources.hpp"
#include "dataflow/runtime/task_state.hpp"

#include <cstdint>
#include <vector>

namespace tern {

/// The nodes that a plan is pinned to, in an order that all of them agree on,
/// with the shares of work they take. The submitter is not among them (unless
/// it is a node that computes); it has the number `submitter_index`.
struct plan_view {
  struct place {
    node_id node;
    std::uint32_t capacity = 1; ///< compute threads, at least 1
    resource_counts resources{};

    friend bool operator==(const place&, const place&) = default;
  };
  std::vector<place> places;
  node_id submitter;

  friend bool operator==(const plan_view&, const plan_view&) = default;
};

/// Stands for the submitter where a node_index is asked for.
inline constexpr node_index submitter_index = 0xfffe;

} // namespace tern
