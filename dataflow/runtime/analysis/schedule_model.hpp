#pragma once

#include "dataflow/runtime/analysis/plan_history.hpp"
#include "dataflow/runtime/view.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace tern {

/// A cluster on which a recorded plan is run once more, on paper.
struct model_cluster {
  std::vector<unsigned> threads;    ///< by node; 0: one for every task
  std::vector<std::size_t> node_of; ///< by task of the model
  double bandwidth = 1;             ///< times that of the recorded run
};

/// The recorded tasks of a plan as a list schedule: each takes as long as it
/// took; it begins when its inputs are there and a thread of its node is free,
/// those that began first in the recorded run first. A node hears of a block,
/// asks for it when it has heard of all that the task reads, and gets it; how
/// long both take is what was recorded for that block, and for ways that no
/// block went what the others took, by bytes.
///
/// It leaves out memory, stealing, and what threads do between two tasks.
/// Everything about it is deterministic. Seconds.
class schedule_model {
public:
  /// Both outlive the model.
  schedule_model(const edge_index& edges, const plan_history& history);

  /// Tasks, in the order in which they began.
  const std::vector<block_key>& tasks() const noexcept {
    return tasks_;
  }
  /// Nodes and tasks as they were; a node has the threads that the view says,
  /// or those that ran tasks if they were more.
  model_cluster recorded(const plan_view& view) const;
  /// The nodes of the view, and `more` of the same kind, with the tasks where
  /// the plan's placement has them; nothing if the trace lacks one of them.
  std::optional<model_cluster> placed(plan_view view, std::size_t more) const;

  /// From the plan's first event to its last, with what was before the first
  /// task of each node and after the last task as it was. Nothing if tasks are
  /// on ways for which no recorded one tells how long they take.
  std::optional<double> run(const model_cluster& on) const;

private:
  /// One input of a task.
  struct way {
    std::size_t from = 0;        ///< task that makes it
    std::optional<double> news;  ///< from its end until the node heard of it
    std::optional<double> fetch; ///< from the request until the block was there
  };
  /// What ways take that were not recorded.
  struct estimate {
    std::optional<double> news;
    std::optional<double> latency; ///< of a fetch of no bytes
    double seconds_a_byte = 0;
  };
  class replay;

  std::vector<way>
  ways_to(const traced_execution& reader,
          const std::map<block_key, std::size_t>& numbers) const;
  void estimate_ways();

  const edge_index& edges_;
  const plan_history& history_;
  std::vector<block_key> tasks_;
  std::vector<const traced_execution*> executions_; ///< by task
  std::vector<std::vector<way>> ways_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<double> bytes_;
  std::vector<double> starts_; ///< by node
  double tail_ = 0;
  estimate usual_;
};

/// What the model says of a plan, in seconds; nothing where it cannot say.
struct what_if {
  double was = 0;                  ///< what it took in fact
  std::optional<double> as_it_was; ///< the model's own error shows here
  std::optional<double> twice_the_bandwidth;
  std::optional<double> placed_afresh; ///< on the same nodes, without stealing
  std::optional<double> one_node_more; ///< likewise
  std::optional<double> no_waiting;    ///< a thread for every task
};

what_if ask_model(const edge_index& edges, const plan_history& history,
                  const plan_view& view);

} // namespace tern
