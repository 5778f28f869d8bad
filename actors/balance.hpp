#pragma once

#include "actors/actor_id.hpp"
#include "actors/balance_options.hpp"
#include "actors/move_cost.hpp"
#include "actors/view.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tern {

/// What a node says to another one in each period.
struct balance_report {
  std::uint64_t sequence = 0; ///< of this sender's reports
  std::uint64_t echo = 0;     ///< the last one that it has of the receiver
  std::uint64_t turn = 0; ///< of this pair: who may move actors to the other
  std::uint64_t load = 0; ///< billionths of a worker
  std::uint64_t actors = 0;
  std::uint32_t workers = 1;

  friend bool operator==(const balance_report&,
                         const balance_report&) = default;
};

/// What a node has measured since the last period.
struct balance_measures {
  struct actor {
    actor_id id;
    std::chrono::nanoseconds active{}; ///< handling, or waiting for a worker
    std::uint64_t bytes = 0;           ///< of its state; 0: not known
    bool came = false;                 ///< it has moved before
  };
  /// Messages of and to an actor here.
  struct talk {
    actor_id actor;
    actor_id with;
    node_id at; ///< where `with` is believed to be
    std::uint64_t messages = 0;
  };
  std::vector<actor> actors; ///< all that could move
  std::vector<talk> talks;   ///< the heaviest
};

/// What the shell shall do.
struct balance_orders {
  struct gossip {
    node_id to;
    balance_report report;
  };
  struct move {
    actor_id actor;
    node_id to;
  };
  std::vector<gossip> reports;
  std::vector<move> moves; ///< then say `on_moved` for each
};

/// One node's part in keeping a cluster balanced, as a pure state machine: no
/// clock, thread or random source. Nobody is in charge; each node gives away
/// what is its own. balance.cpp tells how, and why that comes to rest.
///
/// Not for measuring and moving: host_balance.cpp. Not safe for threads.
class balancer {
public:
  using time = std::chrono::nanoseconds; ///< of this node's steady clock

  balancer(node_id self, std::uint32_t workers, const balance_options& options);

  /// Another policy from now on. What the others know of this node stays.
  void change(const balance_options& options);
  /// A period is over.
  balance_orders on_time(time now, const view& v, const balance_measures& m);
  void on_report(node_id from, const balance_report& r, time now);
  /// An order was answered. `frozen`: how long the actor ran nowhere.
  void on_moved(const actor_id& actor, bool moved, std::uint64_t bytes,
                time frozen);
  /// The node with the least load, as far as is known, for an actor that is
  /// about to be made, or has to go. Counts it there from now on. None if all
  /// are `barred`.
  node_id place(const view& v, const std::set<node_id>& barred = {});

  /// Load here, in workers.
  double load() const;
  /// Moves that were ordered.
  std::uint64_t ordered() const noexcept {
    return ordered_;
  }

private:
  struct local {
    double load = 0;         ///< in workers
    std::uint64_t bytes = 0; ///< of its state; 0: not known
    std::uint32_t seen = 0;  ///< periods, up to 2
    time rests_until{};
    node_id leaves_to; ///< an order is open
    std::uint64_t sweep = 0;
  };
  struct peer {
    balance_report last; ///< sequence 0: not heard yet
    time heard{};
    std::uint64_t turn = 0;
    std::uint32_t open = 0;   ///< moves to it without an answer
    double owed = 0;          ///< load moved to it that its report may not show
    std::uint64_t mark = 0;   ///< our report that tells of the last move
    std::uint64_t shown = 0;  ///< its report that followed on that
    std::uint64_t placed = 0; ///< actors made for it since its last report
    double weight() const {
      return static_cast<double>(last.load) / 1e9;
    }
    double relative() const {
      return (weight() + owed) / last.workers;
    }
  };
  struct talk {
    double rate = 0; ///< messages a second
    node_id at;
    std::uint64_t sweep = 0;
  };
  struct wish {
    double gain = 0;
    actor_id actor;
    node_id to;
  };

  void take_view(const view& v);
  void take(const balance_measures& m, time passed);
  void take_talks(const std::vector<balance_measures::talk>& talks,
                  double seconds);
  bool is_fresh(const peer& p) const;
  bool has_turn(node_id id, const peer& p) const;
  bool is_free(const local& a) const;
  double mean() const;
  double excess() const;
  void give_load(balance_orders& out);
  double room_of(const peer& p, double mean, double part) const;
  const actor_id* pick_for(const peer& to, double room, double mean, double own,
                           const std::vector<actor_id>& from) const;
  void follow_talk(balance_orders& out);
  std::vector<wish> wishes() const;
  bool may_move();
  void order(const actor_id& actor, node_id to, balance_orders& out);
  void pass_turns();
  void report(balance_orders& out);
  double seconds_of_move(const local& a) const;

  const node_id self_;
  const std::uint32_t workers_;
  balance_options options_;
  time now_{};
  bool started_ = false;
  bool is_member_ = false;
  bool gives_ = false; ///< it is above the mean, and not yet near it
  std::uint64_t sequence_ = 0;
  double tokens_ = 0; ///< moves that may be ordered now
  std::uint64_t ordered_ = 0;
  std::uint64_t placed_here_ = 0;
  std::uint32_t open_ = 0;
  std::unordered_map<actor_id, local> actors_;
  std::map<node_id, peer> peers_; ///< the other members of the view
  std::map<std::pair<actor_id, actor_id>, talk> talks_;
  move_cost cost_;
};

} // namespace tern
