#pragma once

#include "actors/view_message.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>

namespace tern {

/// Mistakes to be found by the simulation (actors/simulation/view_cluster).
struct agreement_faults {
  bool forget_promise = false;  ///< a voter accepts a ballot below its promise
  bool ignore_accepted = false; ///< a proposer prefers its own value
  bool minority = false;        ///< half of the voters are enough
  bool any_voter = false;       ///< members vote that are no voters
  bool no_reannounce = false;   ///< who missed a view is never told
  bool forget_mates = false;    ///< another lineage is taken node by node
  bool leave_alone = false;     ///< its nodes come without agreeing on it
  bool forget_origin = false;   ///< they come from whatever view they hold
  bool leave_untold = false;    ///< a leaver is content to know itself
};

/// Who chooses a view's successor.
std::span<const node_id> voters_of(const view& v, std::size_t limit) noexcept;

/// A voter's part in the choice of successors: of each lineage that asked it,
/// what it promised and accepted in the latest instance.
class view_acceptor {
public:
  explicit view_acceptor(agreement_faults planted) : faults_(planted) {}

  /// The answer; none if a successor of `base` was chosen long ago.
  std::optional<view_message> on_prepare(const view_prepare& m);
  std::optional<view_message> on_accept(const view_accept& m);

  /// `v` was chosen: the instances before it are over, and with `after` also
  /// that lineage, which ended there.
  void enter(const view& v, const std::optional<view_id>& after = {});
  /// What is known to have been chosen since `v`, if anything is.
  std::optional<view_announce> later_than(const view_id& v) const;

private:
  struct seat {
    std::uint64_t number = 0; // of the base
    ballot promised = {};
    std::optional<ballot> accepted = {};
    view value = {};                   // of `accepted`
    std::optional<view> known = {};    // the latest one
    std::optional<view_id> ended = {}; // with `known` as successor
  };

  seat* open(const view_id& base);

  agreement_faults faults_;
  std::map<node_id, seat> seats_; // by lineage
};

/// A proposer's part: one attempt at a time.
class view_proposer {
public:
  view_proposer(node_id self, std::size_t voters, agreement_faults planted)
    : self_(self), voters_(voters), faults_(planted) {}

  /// Whom `base` gives a vote.
  std::span<const node_id> voters(const view& base) const noexcept;

  view_prepare start(const view& base, view wish);
  void stop() noexcept {
    phase_ = phase::idle;
  }
  /// Somebody uses this ballot: the next one here is higher.
  void see(const ballot& b) noexcept;

  /// What to send to the voters once a majority has promised.
  std::optional<view_accept> on_promise(node_id from, const view& base,
                                        const view_promise& m);
  /// The value once a majority has accepted it: it is chosen.
  std::optional<view> on_accepted(node_id from, const view& base,
                                  const view_accepted& m);

private:
  enum class phase { idle, preparing, accepting };

  bool counts(node_id from, const view& base, const view_id& instance,
              const ballot& b) const;
  bool is_majority(const view& base) const;

  node_id self_;
  std::size_t voters_;
  agreement_faults faults_;
  phase phase_ = phase::idle;
  std::uint64_t round_ = 0; // the highest one seen
  ballot ballot_;
  view value_;
  std::optional<ballot> adopted_; // whose value `value_` is, if not our own
  std::set<node_id> votes_;
};

} // namespace tern
