#pragma once

#include "dataflow/runtime/census.hpp"
#include "dataflow/runtime/view.hpp"

#include <map>
#include <vector>

namespace tern {

/// How the processes of a plan agree on how it goes on after a death, with
/// nobody in charge. Pure: no clock, thread or socket; not synchronised.
///
/// Whoever hears of a death (from its link, or from another process of the
/// plan) begins a round: it stops what it does for the plan, tells all others
/// once what it has, and waits until all that are left have done the same. From
/// then on each knows what all know, and works out the rest of the plan by
/// itself (remaining_work.hpp). A further death begins a further round. Rounds
/// are named by who is dead, so two that heard of two deaths in different
/// orders meet in the round of both.
///
/// A process that finds itself among the dead takes no part any more. Whoever
/// said so may have died before all others heard of it, so it tells them, and
/// again whoever still waits for it: else they would wait for ever. That it is
/// out is all that they believe it.
class plan_rounds {
public:
  plan_rounds(const plan_view& view, node_id self);

  const plan_round& current() const noexcept {
    return current_;
  }
  /// Nobody has died yet.
  bool is_first() const noexcept {
    return current_.dead.empty();
  }
  /// The others go on without this process.
  bool is_out() const noexcept {
    return current_.excludes(self_);
  }

  // -- events: true if a new round has begun ----------------------------------

  /// The plan goes on without `who`. Of no consequence for a process that
  /// the round does not wait for, unless it had work (`had_work`: a guest).
  bool exclude(node_id who, bool had_work = false);
  /// This process waits for the roots from now on.
  bool attach();
  /// `from` (which may be this process) tells what it has.
  bool receive(node_id from, const plan_round& round, census what);

  /// For a guest, which has no part in the agreement: it follows its lender.
  void follow(const plan_round& round) {
    merge(round);
  }

  // -- answers ----------------------------------------------------------------

  /// All that are left have told what they have in this round, and a node is
  /// among them.
  bool complete() const;
  const std::map<node_id, census>& told() const noexcept {
    return told_;
  }
  /// Whether one that is in `round` knows all that is known here, and more.
  bool is_news(const plan_round& round) const;
  /// Whether one that is in `round` waits in vain for this process.
  bool is_missed_in(const plan_round& round) const noexcept {
    return is_out() && !round.excludes(self_);
  }
  /// Whom to tell, this process not among them; the dead are: one that lives
  /// hears that it is out.
  std::vector<node_id> others() const;

private:
  bool begin();
  bool hear_guest(node_id from, const plan_round& round);
  bool merge(const plan_round& other);
  bool settle_submitter(node_id other);
  bool waits_for(node_id who) const;

  std::vector<node_id> places_; ///< of the view
  node_id self_;
  plan_round current_;
  std::map<node_id, census> told_;
};

} // namespace tern
