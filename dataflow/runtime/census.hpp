#pragma once

#include "actors/actor_id.hpp"
#include "dataflow/graph/graph.hpp"

#include <cstdint>
#include <vector>

namespace tern {

/// Blocks of one layer that follow each other, row-major in its whole grid:
/// `first` up to, without, `last`.
struct block_run {
  layer_id layer = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;

  friend auto operator<=>(const block_run&, const block_run&) = default;
};

/// The same blocks, each once, in as few runs as they take; sorted.
std::vector<block_run> runs_of(std::vector<block_key> keys);

/// The blocks of both.
std::vector<block_run> union_of(std::vector<block_run> a,
                                const std::vector<block_run>& b);

/// A call that ran on nodes when they died.
struct suspect {
  block_key task;
  std::vector<node_id> died;

  friend bool operator==(const suspect&, const suspect&) = default;
};

/// A call that so many nodes died with is taken for what killed them.
inline constexpr std::size_t most_deaths = 3;

/// What a process has of a plan at the moment at which it hears of a death.
struct census {
  std::vector<block_run> held;    ///< blocks in its memory, copies too
  std::vector<block_run> running; ///< tasks whose kernels run there
  std::vector<block_run> ran;     ///< what it knows to have been made before
  std::vector<block_run> roots;   ///< of the submitter: what it has got
  std::vector<suspect> suspects;  ///< as it has read them in crash notes

  friend bool operator==(const census&, const census&) = default;
};

/// A stretch of a plan's life between two deaths.
struct plan_round {
  std::vector<node_id> dead; ///< the plan goes on without these; sorted
  node_id submitter;         ///< who waits for the roots; may be dead

  bool excludes(node_id who) const noexcept;
  /// False: it was among them.
  bool exclude(node_id who);

  friend bool operator==(const plan_round&, const plan_round&) = default;
};

/// What the messages of a round call the plan: its own id until the first
/// death, then a number of the round's, so that what is late from an earlier
/// round, or early for a later one, is told from the rest.
std::uint64_t id_in_round(std::uint64_t plan, const plan_round& round) noexcept;

/// A census as it travels.
struct census_message {
  std::uint64_t plan = 0;
  plan_round round;
  census what;

  friend bool operator==(const census_message&,
                         const census_message&) = default;
};

} // namespace tern
