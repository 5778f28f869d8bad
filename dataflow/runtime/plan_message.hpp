#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/census.hpp"
#include "dataflow/runtime/view.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// A plan as it is submitted: the graph and the nodes it is pinned to. A few
/// hundred bytes a layer, whatever the number of blocks.
struct plan {
  std::uint64_t id = 0;
  plan_view view;
  bool rotate = false;
  bool record = false;
  std::uint32_t keep_seconds = 600; ///< results outlive their submitter so long
  graph work;
  /// After a death: who is gone, and what all that are left have told.
  plan_round round;
  std::map<node_id, census> told;
};

/// What a node says of a plan: accepted or refused, and how far it is.
struct plan_reply {
  std::uint64_t id = 0;
  std::string refused;  ///< empty: it has the plan
  bool leaving = false; ///< refused because the node is about to leave
  std::uint64_t tasks = 0;
  std::uint64_t done = 0;
  std::uint64_t messages = 0;
  std::uint64_t migrations = 0;
  std::uint64_t bytes_moved = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t steals = 0;
  std::uint64_t bytes_spilled = 0;
  std::uint64_t recomputed = 0; ///< tasks that had run before a death
  std::vector<node_id> guests;  ///< outside the view, with tasks of the plan
  /// Tasks done, as `done`, of each layer; empty where there are too many.
  std::vector<std::uint64_t> done_by_layer;
};

/// The progress of plans with more layers is told as a whole only.
inline constexpr std::size_t most_told_layers = 64;

/// Counts of a plan's further round, or of another node, on top of these.
plan_reply& operator+=(plan_reply& sum, const plan_reply& more);

/// A plan that takes more is not for a message, which holds 64 MiB.
inline constexpr std::size_t most_plan_bytes = 60u << 20;

std::vector<std::byte> encode(const plan& p);
std::vector<std::byte> encode(const plan_reply& r);
/// Runs that do not fit into a message are left out: what nobody names is made
/// again.
std::vector<std::byte> encode(const census_message& m);

/// Total: any bytes give a value or a `malformed` failure.
result<plan> decode_plan(std::span<const std::byte> bytes);
result<plan_reply> decode_reply(std::span<const std::byte> bytes);
result<census_message> decode_census(std::span<const std::byte> bytes);

} // namespace tern
