#pragma once

#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/message.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tern {

/// What the node of a task says of it.
struct task_report {
  block_key task;
  node_id node;            ///< where it is
  std::uint32_t place = 0; ///< of that node in the plan's view
  std::uint32_t epoch = 0; ///< how often it moved
  task_phase phase = task_phase::waiting;
  std::uint32_t filled = 0;         ///< inputs that were announced
  std::optional<block_key> missing; ///< the first input that is not there
  node_id holder;                   ///< who holds that; null: it is not made
  std::optional<execution> run;     ///< of its kernel
  resource_lack lack = resource_lack::none; ///< while it is ready

  bool is_done() const noexcept {
    return phase == task_phase::held || phase == task_phase::released;
  }
};

/// An `inspected`; none for anything else, or a phase that nobody knows.
std::optional<task_report> report_in(const dataflow_message& m);

/// Asks for the reports of some tasks at once; none where nobody answers.
using task_question = std::function<std::vector<std::optional<task_report>>(
    const std::vector<block_key>& tasks)>;

/// One step on the way from what is not there to the reason.
struct reason {
  block_key task;
  std::optional<task_report> report; ///< none: nobody answers
};

/// Why a task is not done: it waits for an input, which waits for another, and
/// so on to the first that waits for none. The cluster goes on meanwhile, so
/// the chain ends early where its next task is done by now.
class reason_chain {
public:
  explicit reason_chain(const block_key& task) : next_(task) {}

  /// Whose report comes next; none: this is all.
  const std::optional<block_key>& next() const noexcept {
    return next_;
  }
  /// What was said of `next`; none: nobody answered.
  void add(const std::optional<task_report>& report);
  const std::vector<reason>& reasons() const noexcept {
    return reasons_;
  }

private:
  std::optional<block_key> next_;
  std::vector<reason> reasons_;
};

/// The whole chain. Empty if `task` is done.
std::vector<reason> reasons_of(const block_key& task, const task_question& ask);

/// The first of the plan's results that is not done; none: all are.
std::optional<block_key> first_unfinished(const edge_index& edges,
                                          const task_question& ask);

/// LAYER/INDEX.
std::string text_of(const block_key& task);

/// A step in words: what the task does or waits for, and where. `name`: of a
/// node. `slots`: inputs of the task; `needs`: its resources, or null.
std::string words_of(const reason& r, std::uint32_t slots,
                     const resource_counts* needs,
                     const std::function<std::string(node_id)>& name);

} // namespace tern
