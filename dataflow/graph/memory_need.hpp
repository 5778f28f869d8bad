#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/graph/read_part.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace tern {

/// One node's part in a plan.
struct node_need {
  std::uint64_t tasks = 0;
  std::uint64_t peak = 0;    ///< bytes of blocks
  std::uint64_t fetched = 0; ///< bytes of blocks that other nodes make
};

/// What a plan holds in memory, as far as that is known before it runs: bytes
/// of blocks, by the static order, without stealing.
struct memory_need {
  std::vector<node_need> nodes;
  std::uint64_t peak = 0;         ///< of the fullest node
  std::uint64_t peak_small = 0;   ///< the same of blocks that are not spilled
  std::uint64_t largest_task = 0; ///< inputs and output
  std::uint64_t largest_block = 0;

  /// The smallest limit of a node that keeps the plan in memory: each of its
  /// threads may be a block ahead of the order, and it has room for any task.
  std::uint64_t limit(std::size_t threads) const noexcept;
  /// The smallest limit with which the plan runs if blocks are spilled: each
  /// thread runs a task, within the four fifths that tasks may fill.
  std::uint64_t limit_with_disk(std::size_t threads) const noexcept;
};

struct memory_question {
  std::size_t nodes = 1;
  /// Who runs a task, below `nodes`. Empty: the only node.
  std::function<std::size_t(const block_key&)> owner = {};
  std::uint64_t least_part = least_part_bytes; ///< see read_part.hpp
  bool keeps_roots = false; ///< they are not handed over when they are made
  std::uint64_t spills_above = 0; ///< bytes of a block that can be spilled
};

/// Walks the tasks in their depth-first order and counts the blocks that are
/// alive on each node: from the task that makes one to the last that reads it,
/// and, from the first reader elsewhere on, the copy there; parts that are
/// fetched alone as long as their task runs. Linear time; 28
/// bytes a task.
memory_need project_memory(const edge_index& edges,
                           const memory_question& question = {});

/// `bytes` as `--memory` takes it, rounded up: "1", "12kB", "340MB", "1.25GB".
std::string size_text(std::uint64_t bytes);

} // namespace tern
