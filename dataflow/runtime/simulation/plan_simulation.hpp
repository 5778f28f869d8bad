#pragma once

#include "dataflow/block/block.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/task_state.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace tern {

/// How one simulated run of a plan goes.
struct plan_simulation_options {
  std::uint64_t seed = 1;
  unsigned nodes = 3;
  bool rotate = false;   ///< every actor moves at every step
  bool kill = false;     ///< processes die in the middle, one or several
  bool cut = false;      ///< two nodes lose sight of each other, one gives way
  bool leave = false;    ///< one node hands over what it has and takes no more
  bool moves = true;     ///< tasks are ordered to move at random
  bool steals = true;    ///< idle nodes ask for work, some outside the view
  bool rechunks = false; ///< the plan cuts arrays anew, and nodes ask for parts
  task_faults faults;    ///< planted, to prove that they are found
};

/// What came of it.
struct plan_simulation_result {
  std::string failure; ///< the invariant that broke; empty: none
  std::uint64_t messages = 0;
  std::uint64_t migrations = 0;
  std::uint64_t steals = 0;
  std::uint64_t kills = 0;
  std::uint64_t tasks = 0;
  std::uint64_t hash = 0; ///< of the whole run: equal for equal options
};

/// Runs one plan on N simulated nodes in this thread, under a virtual clock:
/// the very engine and state machines of a real node, a network that delays,
/// reorders and repeats messages, nodes that pause. The plan, the schedule and
/// all faults follow from the seed.
///
/// Checked: every root equal, bit for bit, to `synchronous`; every task run; no
/// task live on two nodes; no block and no byte of the ledger left at the end;
/// nothing hangs; all that after deaths too, of nodes and of the submitter (to
/// whose plan another process attaches), as long as a node of the plan lives
/// and takes part. When none does any more, whoever waits hears of it.
plan_simulation_result simulate_plan(const plan_simulation_options& options);

/// A plan made from a seed: a random array expression over small ragged blocks,
/// or a random irregular graph.
graph random_plan(std::uint64_t seed);
/// The same, of an expression that is cut anew, and cut anew once more.
graph random_rechunks(std::uint64_t seed);

/// The function that tasks of irregular graphs call: mixes its inputs.
inline constexpr std::string_view simulated_kernel = "simulated";
block run_simulated_kernel(std::span<const block> inputs);

/// Many seeds, `first` to `last` inclusive.
struct simulation_summary {
  std::uint64_t seeds = 0;
  std::uint64_t failed = 0;
  std::uint64_t first_failing = 0; ///< meaningful if failed > 0
  std::string failure;             ///< of the first failing
  std::uint64_t messages = 0;
  std::uint64_t migrations = 0;
  std::uint64_t steals = 0;
  std::uint64_t kills = 0;
};
simulation_summary
simulate_plans(plan_simulation_options options, std::uint64_t first,
               std::uint64_t last,
               const std::function<void(std::uint64_t seed)>& progress = {});

} // namespace tern
