#pragma once

#include "actors/channel.hpp"
#include "actors/view_ballot.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace tern {

/// Equal on all nodes that may meet.
struct agreement_options {
  std::size_t voters = 7; ///< the first members of a view
  duration collect = std::chrono::milliseconds(100); ///< deaths, before a view
  duration gather = std::chrono::milliseconds(5);    ///< newcomers, likewise
  duration step = std::chrono::milliseconds(50);     ///< between two proposers
  duration retry = std::chrono::milliseconds(150);   ///< without an answer
  duration retry_limit = std::chrono::seconds(2);    ///< the back-off's end
  duration yield_after = std::chrono::milliseconds(500); ///< not taken over
  duration stray_after = std::chrono::seconds(5); ///< a member goes elsewhere
  std::size_t departed_limit = 4096;
};

/// What nodes agree on: which of them hold stateful actors (view.hpp). A state
/// machine without clock, thread or socket: events go in, instructions come
/// out. Whoever owns it carries them out.
///
///     view_agreement a({1}, {}), b({2}, {});
///     a.on_peer_up({2}); // each sends the other its view
///     b.on_peer_up({1});
///     // ... messages and timers later:
///     a.now() == b.now(); // members {1}, {2}
///
/// Suspicion comes from outside: `on_peer_down` is believed, and final. Not for
/// work on plans, which goes by suspicion alone.
class view_agreement {
public:
  /// May be lost, doubled, or overtaken.
  struct transmit {
    node_id to;
    view_message message;
  };
  /// Call `on_time(generation)` after `delay`.
  struct arm {
    std::uint64_t generation;
    duration delay;
  };
  /// `now()` is this view from here on. After another lineage's, it names the
  /// one that ended with it.
  struct adopted {
    view v;
    std::optional<view_id> after;
  };
  /// This view goes on without this node, for ever: it was taken for dead, or
  /// wanted to leave.
  struct expelled {
    view v;
  };
  using instruction = std::variant<transmit, arm, adopted, expelled>;
  using instructions = std::vector<instruction>;

  view_agreement(node_id self, agreement_options options,
                 agreement_faults planted = {});

  /// Messages reach it from now on.
  instructions on_peer_up(node_id id);
  /// It is dead: nobody of this id comes back.
  instructions on_peer_down(node_id id);
  instructions on_message(node_id from, view_message m);
  instructions on_time(std::uint64_t generation);

  /// The others hear that this node shall be given nothing more. It is a member
  /// as before.
  instructions on_leaving();
  /// Wishes a view without this node, until it is there. The others go to it as
  /// if the node had died, but at once.
  instructions on_leave();
  /// Tells all that it takes no part any more. Nothing may follow.
  instructions on_end();

  const view& now() const noexcept {
    return now_;
  }
  bool is_expelled() const noexcept {
    return expelled_;
  }
  /// Whether all members, this node among them, have told that they have taken
  /// up `now()`.
  bool is_shared() const;
  /// Whether a node that leaves need not wait any longer: all that it reaches
  /// hold a view without it, or no such view can come.
  bool has_left() const;
  /// Whether a node has told that it leaves.
  bool is_leaving(node_id id) const;

private:
  struct peer {
    bool up = false;
    bool leaving = false;
    std::uint64_t turn = 0;   // of `said`
    std::optional<view> said; // the view that it holds, as it told last
  };
  enum class stay { member, leaving, leaves };
  enum class purpose { propose, announce, patience };

  // What others hold.
  void handle(node_id from, view_announce& m);
  void handle(node_id from, view_farewell& m);
  void lose(node_id id);
  void hear(node_id from, const view_announce& m);
  void learn(const view& v, const std::optional<view_id>& after);
  bool takes_over(const view& v) const;
  void adopt(view v, const std::optional<view_id>& after);
  void say(node_id to, std::uint64_t answer = 0);
  void ask(node_id to);
  bool is_settled(node_id id, const peer& p) const;

  // The choice of the next view.
  void handle(node_id from, view_prepare& m);
  void handle(node_id from, view_promise& m);
  void handle(node_id from, view_refuse& m);
  void handle(node_id from, view_accept& m);
  void handle(node_id from, view_accepted& m);
  void answer(node_id from, const view_id& base,
              std::optional<view_message> reply);
  void poll(const view_message& m);
  void propose();

  // What this node wishes.
  std::optional<view> desired() const;
  view successor() const;
  void drop_lost(view& next) const;
  void add_candidates(view& next) const;
  void take_in(view& next, node_id teller, const view& theirs) const;
  bool is_beaten() const;
  bool has_lost_majority(const view& v) const;
  bool can_come(const view& v) const;
  duration patience_for(const view& wish) const;
  duration my_turn() const;
  duration back_off(duration first, unsigned tries) const;
  bool is_stray(node_id id) const;
  void watch_strays();
  void lose_patience();
  void confirm(node_id id, std::uint64_t answer);

  void settle();
  void settle_announcing();
  void send(node_id to, view_message m);
  void start(purpose p, duration delay);
  void cancel(purpose p);
  bool runs(purpose p) const;
  void fire(purpose p);
  void reannounce();
  instructions finish();

  node_id self_;
  agreement_options options_;
  agreement_faults faults_;
  view now_;
  std::optional<view_id> after_; // where this node left another lineage, last
  std::optional<view> heir_;     // of another lineage, that may come next
  std::uint64_t turn_ = 1;
  bool expelled_ = false;
  stay stay_ = stay::member;
  view_acceptor acceptor_;
  view_proposer proposer_;

  std::map<node_id, peer> peers_; // that are not down
  std::set<node_id> down_;
  std::deque<node_id> down_order_;
  std::uint64_t questions_ = 0;
  std::set<node_id> watched_; // strays when `patience` was armed
  std::map<node_id, std::uint64_t> questioned_; // those whose time is over
  std::set<node_id> given_up_; // those that said so since: they go

  unsigned proposals_ = 0; // without success
  unsigned announces_ = 0; // without an answer

  std::array<std::uint64_t, 3> timers_ = {}; // by purpose; 0: none
  std::uint64_t generation_ = 0;
  std::deque<view_message> to_self_;
  instructions out_;
};

} // namespace tern
