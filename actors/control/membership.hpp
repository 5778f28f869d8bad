#pragma once

#include "actors/node.hpp"

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace tern {

/// Why `newcomer` cannot be in a cluster with `inside`, for people: another
/// version of tern, or, where both take work, other libraries of functions.
std::optional<std::string> mismatch(const member& inside,
                                    const member& newcomer);

/// Who belongs to the cluster, as one node sees it: a state machine without
/// sockets, clock or CAF. Events go in, instructions come out; whoever owns it
/// carries them out and reports how they went.
///
/// A peer is a member once both its control plane and its link are up. Lists
/// of members travel in answers to `hello`, from every node to a newcomer, and
/// from the newcomer's first contact to all; of two nodes that learn of each
/// other so, the one with the lower id connects. Hence any number of nodes
/// that join at the same time, by whatever members, end in a full mesh.
class membership {
public:
  /// Open the control plane to a node and say hello.
  struct dial_control {
    member to;
  };
  struct dial_link {
    member to;
  };
  /// It is a member now: deliver its messages.
  struct joined {
    member who;
  };
  /// Send it the list of members.
  struct tell {
    node_id to;
  };
  /// Drop what there is of connections to it. If it was a member, say so.
  struct gone {
    member who;
    std::string reason;
    bool was_member;
  };
  /// Call `on_time` with the id, so much later.
  struct wake {
    node_id who;
    std::chrono::milliseconds delay;
  };
  using instruction =
      std::variant<dial_control, dial_link, joined, tell, gone, wake>;
  using instructions = std::vector<instruction>;

  explicit membership(member self);

  /// `from` said hello (its control plane is up with that). A text says why
  /// it is refused; nothing is changed then.
  std::optional<std::string> refusal(const member& from) const;
  instructions on_hello(const member& from, bool contact);

  /// `from` answered our hello with its list, itself first.
  instructions on_welcome(const std::vector<member>& list);
  /// `from` sent its list, itself first.
  instructions on_members(const std::vector<member>& list);

  /// Whether a link from `from` may come in now.
  enum class admission { yes, present, stranger };
  admission admit(node_id from) const;
  instructions on_link_up(node_id who);

  /// What we dialled did not answer, or refused.
  instructions on_dial_failed(node_id who);
  /// Its control plane or its link is down.
  instructions on_down(node_id who, const std::string& reason);
  instructions on_time(node_id who);

  /// The living members, this node among them, in order of id.
  std::vector<member> members() const;
  /// The same with this node first, as it is sent.
  std::vector<member> list() const;
  bool is_member(node_id who) const;
  bool is_known(node_id who) const;
  /// Known, but not yet a member.
  bool is_expected(node_id who) const;

private:
  enum class side { none, dialling, up };

  struct peer {
    member what;
    side control = side::none;
    side link = side::none;
    bool is_member = false;
    bool mine_to_announce = false; // this node is its first contact
    int attempts = 0;
  };

  static constexpr std::chrono::milliseconds retry_after{200};
  static constexpr std::chrono::milliseconds patience{5000};
  static constexpr int max_attempts = 10;
  static constexpr std::size_t max_departed = 4096;

  void learn(const std::vector<member>& list, instructions& out);
  void dial(peer& p, instructions& out);
  void check_joined(peer& p, instructions& out);
  void depart(node_id who);

  member self_;
  std::map<node_id, peer> peers_;
  std::set<node_id> departed_; // incarnations do not come back
  std::deque<node_id> departed_order_;
};

} // namespace tern
