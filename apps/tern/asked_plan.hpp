#pragma once

#include "apps/tern/commands/options.hpp"
#include "apps/tern/plan_guest.hpp"
#include "dataflow/graph/graph.hpp"
#include "dataflow/runtime/plan_message.hpp"
#include "dataflow/runtime/why.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tern {

/// What is asked about a plan, and of whom.
struct plan_question {
  address where; ///< a node of its cluster
  std::uint64_t plan_id = 0;
  std::optional<block_key> task;
};

/// A plan of a running cluster, and somebody there who asks.
class asked_plan {
public:
  /// Joins the cluster, as a guest. Fails with `unreachable` or `not_found`,
  /// also where the plan has no such task.
  static result<asked_plan> open(const plan_question& q);

  const edge_index& edges() const noexcept {
    return edges_;
  }
  std::string name(node_id who) const {
    return guest_->name_of(who);
  }
  std::string words(const reason& r) const;
  task_question question() const;
  /// The node in whose region a task is; none after a death, when what the
  /// nodes still have decides.
  std::optional<node_id> owner(const block_key& task) const;
  /// Why `task`, or the first result that is not there, is not done; empty: it
  /// is.
  std::vector<reason> reasons(const std::optional<block_key>& task) const;

private:
  asked_plan(std::unique_ptr<plan_guest> guest, plan found)
    : guest_(std::move(guest)), plan_(std::move(found)), edges_(plan_.work) {}

  std::unique_ptr<plan_guest> guest_;
  plan plan_;
  edge_index edges_;
};

/// {"plan": NAME, "done": ..., "chain": [...]}, as `tern why --json` and the
/// page give it.
nlohmann::ordered_json json_of(const asked_plan& p, const std::string& name,
                               const std::vector<reason>& chain);

} // namespace tern
