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

/// Which nodes hold stateful actors, as these nodes have agreed
/// (view_agreement.hpp). Two views of one name are equal.
struct view {
  view_id id;
  std::vector<node_id> members;  ///< in the order in which they came
  std::vector<node_id> departed; ///< the last ones; they never come back
  node_id into; ///< none; or the lineage that takes the members over

  bool has(node_id node) const noexcept {
    return std::ranges::find(members, node) != members.end();
  }
  bool has_lost(node_id node) const noexcept {
    return std::ranges::find(departed, node) != departed.end();
  }

  friend bool operator==(const view&, const view&) = default;
};

} // namespace tern
