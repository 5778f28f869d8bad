#pragma once

#include "actors/view.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <variant>

namespace tern {

/// A proposer's attempt. No two proposers have one in common.
struct ballot {
  std::uint64_t round = 0;
  node_id node;

  friend auto operator<=>(const ballot&, const ballot&) = default;
};

/// `v` was chosen.
struct view_announce {
  view v;
  /// The sender holds `v` as its how-manyth view; 0: it says nothing of itself.
  std::uint64_t turn = 0;
  std::uint64_t question = 0; ///< its number: answer with what you hold
  std::uint64_t answer = 0;   ///< to this one
  /// The view of another lineage that ended with this one, or an earlier one
  /// of its lineage, as its successor.
  std::optional<view_id> after = {};
  bool leaving = false; ///< the sender; it shall be given nothing more

  friend bool operator==(const view_announce&, const view_announce&) = default;
};

/// The sender takes no part any more: to others it is as good as dead, though
/// its node may live on.
struct view_farewell {
  friend bool operator==(const view_farewell&, const view_farewell&) = default;
};

// The messages of one instance of Paxos: `base` is the view whose successor is
// being chosen.

/// With the base itself: who votes on its successor can tell those who missed
/// it, though it may hold none of that lineage.
struct view_prepare {
  view base;
  ballot b;

  friend bool operator==(const view_prepare&, const view_prepare&) = default;
};

struct view_promise {
  view_id base;
  ballot b;
  std::optional<ballot> accepted; ///< the highest one, if any
  view value;                     ///< of `accepted`

  friend bool operator==(const view_promise&, const view_promise&) = default;
};

/// The answer to a ballot below the one promised.
struct view_refuse {
  view_id base;
  ballot promised;

  friend bool operator==(const view_refuse&, const view_refuse&) = default;
};

struct view_accept {
  view_id base;
  ballot b;
  view value;

  friend bool operator==(const view_accept&, const view_accept&) = default;
};

struct view_accepted {
  view_id base;
  ballot b;

  friend bool operator==(const view_accepted&, const view_accepted&) = default;
};

using view_message =
    std::variant<view_announce, view_prepare, view_promise, view_refuse,
                 view_accept, view_accepted, view_farewell>;

} // namespace tern
