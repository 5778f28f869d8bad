#pragma once

#include "dataflow/runtime/simulation/simulated_node.hpp"

#include <map>
#include <optional>
#include <set>

namespace tern {

/// Who wants the roots in a simulated run, one address of the network: the
/// submitter, or somebody who attaches after its death. The decisions of
/// plan_run, without its threads.
class simulated_submitter {
public:
  simulated_submitter(simulated_world& world, std::size_t index);

  /// It has handed in the plan.
  void submit();
  /// It takes the place of a submitter that has died.
  void attach();

  void receive(std::size_t from, simulated_message m);
  /// A node is taken for dead.
  void down(std::size_t peer);

  /// By packed key; empty: it has not come.
  const std::map<std::uint64_t, block>& roots() const noexcept {
    return roots_;
  }
  std::size_t missing() const;
  /// It knows that no node takes part in the plan any more, or it never had a
  /// part itself.
  bool has_given_up() const;

private:
  void begin_round();
  void try_next_round();
  void tell(const std::vector<node_id>& whom, census what);
  void ask_for_all();
  void send_to_owner(std::uint64_t root, dataflow_message m);
  void release(std::uint64_t root);

  simulated_world& world_;
  std::size_t index_;
  node_id id_;
  std::optional<plan_rounds> rounds_;  ///< none: it has nothing to do yet
  std::optional<placement> placement_; ///< none between two rounds
  std::uint64_t id_in_round_ = simulated_node::plan_id;
  std::map<std::uint64_t, block> roots_;
  std::set<node_id> dead_;
};

} // namespace tern
