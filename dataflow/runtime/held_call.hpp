#pragma once

#include "actors/actor_id.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/graph/graph.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace tern {

/// A layer whose blocks another plan holds: what a persisted array is. In a
/// graph it is a call of a function that every node has; its arguments say
/// which plan, which layer there, and the nodes that know where the blocks are.
struct held_call {
  std::uint64_t plan = 0;
  layer_id layer = 0;
  std::vector<node_id> nodes; ///< at least one

  friend bool operator==(const held_call&, const held_call&) = default;
};

/// Gives a block of a held layer by its row-major number; throws `task_error`.
using held_source =
    std::function<block(const held_call& from, std::int64_t index)>;

op_call encode(const held_call& from);
/// Empty for calls of other functions and for arguments that are not whole.
std::optional<held_call> decode_held(const op_call& call);

/// `g` with one more layer for each of its roots, whose blocks are one truth
/// value each and say that the root's block is there; the new layers come first
/// among the roots, then the old ones. So a run can wait for all blocks of a
/// plan, and learn of errors, without moving them.
graph with_receipts(graph g);
/// Whether the call is such a receipt.
bool is_receipt(const op_call& call) noexcept;

} // namespace tern
