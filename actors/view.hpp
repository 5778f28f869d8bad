#pragma once

#include "actors/actor_id.hpp"

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tern {

/// The name of a view: those of one lineage are numbered in their order. A
/// lineage bears the name of the node that began it.
struct view_id {
  node_id lineage;
  std::uint64_t number = 0;

  friend auto operator<=>(const view_id&, const view_id&) = default;
};

/// A member that was not heard yet to hold a view of the lineage it is in.
struct newcomer {
  node_id node;
  view_id from; ///< where it comes from: its last view of another lineage

  friend bool operator==(const newcomer&, const newcomer&) = default;
};

/// Which nodes hold stateful actors, as these nodes have agreed
/// (view_agreement.hpp). Two views of one name are equal.
struct view {
  view_id id;
  std::vector<node_id> members;    ///< in the order in which they came
  std::vector<node_id> departed;   ///< the last ones; they never come back
  std::vector<newcomer> newcomers; ///< among the members

  bool has(node_id node) const noexcept {
    return std::ranges::find(members, node) != members.end();
  }
  bool has_lost(node_id node) const noexcept {
    return std::ranges::find(departed, node) != departed.end();
  }
  /// Where a newcomer comes from; nothing if it is none.
  const view_id* origin_of(node_id node) const noexcept {
    const auto n = std::ranges::find(newcomers, node, &newcomer::node);
    return n == newcomers.end() ? nullptr : &n->from;
  }

  friend bool operator==(const view&, const view&) = default;
};

} // namespace tern
