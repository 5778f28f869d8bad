#pragma once

#include "actors/control/suspicion_message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace tern {

struct suspicion_options {
  using time = std::chrono::nanoseconds;
  /// A member that was not heard for so long is suspected.
  time suspect_after = std::chrono::milliseconds(1000);
  time ask_again = std::chrono::milliseconds(500);
  time fresh = std::chrono::milliseconds(750); ///< heard lately
  /// Without a sign of life for so long it is dead.
  time alone = std::chrono::milliseconds(2500);
  time confirmed = std::chrono::milliseconds(2000); ///< others miss it, too
  time kept = std::chrono::milliseconds(1000); ///< what others said, or asked
  std::size_t helpers = 3;                     ///< asked at a time
};

/// Which members seem to be dead, as one node sees it with the help of the
/// others: a state machine without sockets, clock or CAF. suspicion.cpp tells
/// how. Its shell is `cluster`.
///
/// Not for what follows: membership drops who is dead, and the nodes agree on
/// views (view_agreement.hpp). Nor for how long a link may be silent whatever
/// others say: that is the link's own limit.
class suspicion {
public:
  using time = std::chrono::nanoseconds; ///< of this node's steady clock

  struct transmit {
    node_id to;
    suspicion_message message;
  };
  /// Ask it for a sign of life, at once.
  struct probe {
    node_id who;
  };
  struct dead {
    node_id who;
    std::string why;
  };
  using instruction = std::variant<transmit, probe, dead>;
  using instructions = std::vector<instruction>;

  explicit suspicion(node_id self, suspicion_options options = {})
    : self_(self), options_(options) {}

  void on_member(node_id who, time now);
  void on_gone(node_id who);
  /// When its own link last brought something of a member.
  void on_heard(node_id who, time when);
  instructions on_message(node_id from, const suspicion_message& m, time now);
  /// Now and then, after `on_heard` for all.
  instructions on_time(time now);

private:
  struct peer {
    time heard{};
    time sign{};  // of life, as others told
    time asked{}; // others about it
    std::size_t rounds = 0;
    std::map<node_id, time> missed_by; // others that suspect it
    std::map<node_id, time> asked_by;  // who waits for an answer
  };

  bool is_missed(const peer& p, time now) const;
  void judge(node_id id, peer& p, time now);
  void ask_about(node_id id, peer& p, time now);
  void answer_about(node_id id, peer& p, time now);
  void hear_suspicion(node_id from, const suspicion_message& m, time now);
  void tell(node_id to, suspicion_message::kind what, node_id who, time age);

  node_id self_;
  suspicion_options options_;
  std::map<node_id, peer> peers_;
  instructions out_;
};

} // namespace tern
