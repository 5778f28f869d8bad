#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/census.hpp"
#include "dataflow/runtime/resource_places.hpp"
#include "dataflow/runtime/view.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <vector>

namespace tern {

/// What is left of a plan after a death: what has to run (again), and which
/// blocks that somebody has are still needed. A pure function of the plan and
/// of what its processes told, which each of them works out alone: the blocks
/// that the submitter lacks are needed, and backwards from these, up to blocks
/// that exist, what they are made of. Linear in the tasks and edges that are
/// left (and a byte or three for each task of the plan).
class remaining_work {
public:
  /// `plan`: scatters the tasks of the dead; `told` by all processes of the
  /// round. `edges` outlives this.
  remaining_work(const edge_index& edges, const plan_view& view,
                 std::uint64_t plan, const plan_round& round,
                 const std::map<node_id, census>& told);

  enum class part : std::uint8_t {
    none,    ///< nobody needs it any more
    runs,    ///< it waits for its inputs
    running, ///< its kernel has its inputs, and runs
    kept,    ///< the block exists and is needed
  };
  part of(const block_key& task) const;
  /// Whether the task is still to read its inputs.
  bool reads(const block_key& task) const {
    return of(task) == part::runs;
  }
  /// Whether the submitter lacks this block of a root.
  bool is_wanted(const block_key& root) const;

  /// Who has the task: the holder of a block, whoever runs the kernel, else
  /// `first`, who had it at the beginning, or, after its death, another one.
  /// Tiles (runs of neighbours, cut alike in all layers that need the same) go
  /// to one node that can run them, by rendezvous hashing weighted with the
  /// capacities; where all that could have died, to any.
  node_index owner(const block_key& task, node_index first) const;

  bool is_dead(node_index place) const {
    return place < dead_.size() && dead_[place];
  }

  /// Tasks to run, those whose kernels run included.
  std::int64_t tasks() const noexcept {
    return tasks_;
  }
  /// The nodes that died while they ran the task, as far as somebody knows.
  std::vector<node_id> died_with(const block_key& task) const;
  /// Whether somebody knows that the task has run before.
  bool has_run(const block_key& task) const {
    return layers_[task.layer].ran[rank(task)];
  }

private:
  struct layer_state {
    std::vector<part> parts;         ///< by rank, as all that follow
    std::vector<node_index> holders; ///< of blocks and running kernels
    std::vector<bool> held, ran;
    std::vector<bool> arrived; ///< of root layers
  };

  void spread_tiles(const plan_view& view, std::uint64_t plan);
  std::vector<node_index> spread(const plan_view& view, std::uint64_t plan,
                                 const std::vector<std::uint32_t>& slots) const;
  void take(const census& told, node_index who);
  template <class F>
  void each_of(const std::vector<block_run>& runs, F&& f);
  std::int64_t first_rank(layer_id layer, std::int64_t index) const;
  void need(const block_key& root);
  std::size_t rank(const block_key& block) const {
    return static_cast<std::size_t>(edges_->rank(block));
  }

  const edge_index* edges_;
  std::vector<layer_state> layers_;
  std::vector<bool> dead_; ///< by place
  resource_places resources_;
  std::vector<std::vector<node_index>> tiles_; ///< who has what the dead had,
                                               ///< by kind of resources
  std::vector<block_key> stack_;
  std::int64_t tasks_ = 0;
  std::map<block_key, std::set<node_id>> suspects_;
};

} // namespace tern
