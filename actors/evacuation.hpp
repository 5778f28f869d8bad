#pragma once

#include "actors/actor_id.hpp"
#include "actors/mobile_message.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tern {

/// Who is to go where when a node empties itself: some actors at a time, each
/// to a node of the chooser's choice. One that could not go there is sent to
/// another one; one with which nobody could do anything, several times over,
/// stays. A state machine: the shell gives the orders and reports how they went
/// (host_leave.cpp).
class evacuation {
public:
  /// The best node that is not in `barred`; none if there is no other.
  using chooser = std::function<node_id(const std::set<node_id>& barred)>;

  struct order {
    actor_id actor;
    node_id to;
  };
  struct stay {
    actor_id actor;
    std::string why;

    friend bool operator==(const stay&, const stay&) = default;
  };

  explicit evacuation(node_id self) : self_(self) {}

  /// What to order now that these actors are here, or were a moment ago. Say
  /// `on_answer` for each.
  std::vector<order> next(const std::vector<actor_id>& here,
                          const chooser& choose);
  void on_answer(const actor_id& actor, const migration_outcome& how);

  /// Whether all that can go had gone when `next` was called last.
  bool is_over() const noexcept {
    return open_ == 0 && !has_more_;
  }
  std::size_t moved() const noexcept {
    return moved_;
  }
  /// Why those are here that are.
  std::vector<stay> stayed(const std::vector<actor_id>& here) const;

private:
  struct passenger {
    node_id to; // while an order is open
    std::set<node_id> barred;
    std::string why;
    unsigned rounds = 0; // over all nodes, in vain
    bool gone = false;   // for ever: nothing comes to a node that leaves
  };

  node_id choose_for(passenger& p, const chooser& choose) const;

  static constexpr std::size_t most_open = 256;
  static constexpr unsigned most_rounds = 3;

  node_id self_;
  std::map<actor_id, passenger> all_;
  std::size_t open_ = 0;
  std::size_t moved_ = 0;
  bool has_more_ = true;
};

} // namespace tern
