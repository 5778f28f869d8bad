#pragma once

#include "actors/mobile_message.hpp"
#include "actors/view.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace tern {

/// One node's part in the census of a view: as a home, who has reported; as a
/// member, which homes have not taken its report or answered its question. A
/// new view begins a new census.
///
/// Not for where actors are: reports fill the directory (mobility_census.cpp).
class view_census {
public:
  /// What a member asks a home; a later number stands for more actors.
  struct question {
    std::uint64_t number = 0;
    std::set<actor_id> actors;
  };

  void begin(const view& v, node_id self, std::uint64_t births);

  // --- as a home

  /// Returns whether this was the last report that was missing.
  bool take_report(node_id from, std::uint64_t births);
  bool is_complete() const noexcept {
    return missing_.empty();
  }
  /// Whether another node is known to have taken up this view.
  bool has_reported(node_id from) const {
    return !missing_.contains(from);
  }
  /// Whether the actor, if it were anywhere, would have been reported.
  bool covers(const actor_id& actor) const;
  /// A question that came before the reports did.
  void keep(node_id from, census_query q) {
    kept_[from] = std::move(q);
  }
  std::map<node_id, census_query> take_kept() {
    return std::exchange(kept_, {});
  }

  // --- as a member

  void owe(node_id home, census_report r) {
    owed_[home] = std::move(r);
  }
  /// It is not known yet whether this actor will be here; no report counts
  /// until it is.
  void await(const actor_id& actor);
  /// Now it is known. Returns whether this was the last one.
  bool decide(const actor_id& actor);
  /// What was awaited is here, so its home hears of it.
  void add_to_report(node_id home, const actor_id& actor, std::uint32_t epoch);
  bool may_report() const noexcept {
    return awaited_.empty();
  }
  void taken(node_id home) {
    owed_.erase(home);
  }
  /// Puts an actor on the list for its home. Returns whether that is news.
  bool ask(node_id home, const actor_id& actor);
  /// Returns whether the answer is to all that was asked of this home.
  bool answered(node_id home, std::uint64_t number);
  const std::map<node_id, census_report>& owed() const noexcept {
    return owed_;
  }
  const std::map<node_id, question>& asked() const noexcept {
    return asked_;
  }
  bool has_open() const noexcept {
    return !owed_.empty() || !asked_.empty();
  }

private:
  view view_;
  node_id self_;
  std::set<node_id> missing_;
  std::map<node_id, std::uint64_t> births_;
  std::map<node_id, census_query> kept_;
  std::map<node_id, census_report> owed_;
  std::set<actor_id> awaited_;
  std::map<node_id, question> asked_;
  std::uint64_t last_number_ = 0;
};

} // namespace tern
