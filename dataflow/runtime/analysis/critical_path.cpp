// The path is found backwards, from the last task that ended. A task began when
// it had waited in the queue since the last of its inputs was there; so before
// the queue lies the way of that input, before that the task that made it, and
// so on to a task without inputs.
//
// A node asks for the blocks of others when it has heard that all are made: so
// what comes before the request for the last block is the last piece of news,
// which may be of another input.
//
// A cursor goes from the end to the beginning; each step reaches from where it
// begins up to the cursor, whatever the trace says. So the steps have no gaps,
// and damaged traces give paths with unknown parts but no wrong sums.

#include "dataflow/runtime/analysis/critical_path.hpp"

#include "dataflow/runtime/analysis/seen_input.hpp"

#include <algorithm>

namespace tern {

namespace {

class path_walk {
public:
  path_walk(const edge_index& edges, const plan_history& history)
    : edges_(edges), history_(history), cursor_(history.end()) {}

  critical_path walk() {
    auto next = history_.last();
    if (next)
      hand_over(*next);
    else
      step(path_part::unknown, {}, 0, history_.begin());
    while (next) {
      step(path_part::computing, next->task, next->node, next->fired);
      next = before(*next);
    }
    std::ranges::reverse(path_.steps);
    return std::move(path_);
  }

private:
  /// From `begin` to the cursor.
  void step(path_part part, const block_key& task, std::size_t node,
            std::int64_t begin) {
    begin = std::clamp(begin, history_.begin(), cursor_);
    if (begin == cursor_)
      return;
    path_.steps.push_back({part, task, node, begin, cursor_});
    path_.sums[static_cast<std::size_t>(part)] += cursor_ - begin;
    cursor_ = begin;
  }

  // What comes after the last task: its block goes to whoever wants it.
  void hand_over(const traced_execution& last) {
    if (const auto at = history_.delivered(last.task, last.ended)) {
      step(path_part::unknown, last.task, at->node, at->time);
      step(path_part::transfer, last.task, at->node, last.ended);
    }
    step(path_part::unknown, last.task, last.node, last.ended);
  }

  std::vector<seen_input> inputs_of(const block_key& task,
                                    std::size_t node) const {
    return inputs_seen(edges_, history_, task, node, cursor_);
  }

  // A task that came from another node waited there before.
  std::size_t came_from(const block_key& task, std::size_t node,
                        std::int64_t ready) {
    for (auto hops = history_.nodes().size(); hops > 0; --hops) {
      const auto came = history_.arrival(task, node, cursor_);
      if (!came || came->received < ready || came->sent >= cursor_)
        break;
      step(path_part::queued, task, node, came->received);
      step(path_part::transfer, task, node, came->sent);
      node = came->from;
    }
    return node;
  }

  /// What had to end before `task` could begin; null: nothing that is known.
  const traced_execution* before(const traced_execution& task) {
    auto node = task.node;
    auto inputs = inputs_of(task.task, node);
    const auto ready = [&] {
      const auto last =
          std::ranges::max_element(inputs, {}, &seen_input::there);
      return last == inputs.end() ? history_.begin() : last->there;
    };
    if (const auto first = came_from(task.task, node, ready()); first != node) {
      node = first;
      inputs = inputs_of(task.task, node);
    }
    if (inputs.empty()) {
      begin_source(task.task, node);
      return nullptr;
    }
    auto last = *std::ranges::max_element(inputs, {}, &seen_input::there);
    if (!last.told) {
      step(path_part::unknown, last.made->task, node, last.made->ended);
      return last.made;
    }
    step(path_part::queued, task.task, node, last.there);
    if (last.there > last.known) {
      const auto asked = last.asked.value_or(last.known);
      step(path_part::transfer, last.made->task, node,
           std::max(last.known, asked));
      last = last_known(inputs, last);
      step(path_part::queued, task.task, node, last.known);
    }
    step(path_part::transfer, last.made->task, node, last.made->ended);
    return last.made;
  }

  /// The input that the node heard of last, up to the cursor.
  seen_input last_known(const std::vector<seen_input>& inputs,
                        seen_input last) const {
    for (const auto& in : inputs)
      if (in.told && in.known <= cursor_ && in.known > last.known)
        last = in;
    return last;
  }

  // It could have begun with the first one of its node.
  void begin_source(const block_key& task, std::size_t node) {
    if (edges_.slots(task) == 0)
      step(path_part::queued, task, node,
           history_.nodes()[node].began.value_or(cursor_));
    step(path_part::unknown, task, node, history_.begin());
  }

  const edge_index& edges_;
  const plan_history& history_;
  std::int64_t cursor_;
  critical_path path_;
};

} // namespace

std::string_view name_of(path_part part) noexcept {
  switch (part) {
  case path_part::computing:
    return "computing";
  case path_part::queued:
    return "queued";
  case path_part::transfer:
    return "transfer";
  case path_part::unknown:
    return "unknown";
  }
  return {};
}

critical_path find_critical_path(const edge_index& edges,
                                 const plan_history& history) {
  return path_walk{edges, history}.walk();
}

} // namespace tern
