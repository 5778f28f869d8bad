// What a node wishes the next view of its lineage to be, and how long it waits
// before it says so.
//
// Of the lineages that a node hears of, its own among them, one wins: those of
// two members or more before single nodes, then the lower name. All see the
// same winner once they have heard the same, so merging has no cycle; before
// that it may go wrong, and dissolved lineages restore themselves.
//
// A wish ripens: deaths for `collect`, as they come in groups, newcomers for
// `gather`. Then members speak in order of rank, a `step` apart.
#include "actors/view_agreement.hpp"

#include <algorithm>
#include <iterator>

namespace tern {

namespace {

// Whether the lineage of `a` prevails over that of `b`.
bool beats(const view& a, const view& b) {
  const bool large_a = a.members.size() > 1;
  const bool large_b = b.members.size() > 1;
  return large_a != large_b ? large_a : a.id.lineage < b.id.lineage;
}

} // namespace

std::optional<view> view_agreement::desired() const {
  auto next = successor();
  if (now_.into) {
    if (!restore_due_)
      return std::nullopt;
    drop_lost(next);
    return next;
  }
  if (const auto into = winner()) {
    next.into = *into;
    return next;
  }
  add_candidates(next);
  drop_lost(next);
  if (next.members == now_.members)
    return std::nullopt;
  return next;
}

view view_agreement::successor() const {
  auto next = now_;
  ++next.id.number;
  next.into = {};
  return next;
}

void view_agreement::drop_lost(view& next) const {
  const auto is_lost = [this](node_id id) {
    return down_.contains(id) || given_up_.contains(id);
  };
  std::ranges::copy_if(next.members, std::back_inserter(next.departed),
                       is_lost);
  std::erase_if(next.members, is_lost);
  if (next.departed.size() > options_.departed_limit)
    next.departed.erase(
        next.departed.begin(),
        next.departed.end()
            - static_cast<std::ptrdiff_t>(options_.departed_limit));
}

// A dissolved lineage is taken over as a whole, its dead with it: else its
// actors on nodes that come later would be missed at the census, and taken for
// lost.
void view_agreement::add_candidates(view& next) const {
  for (auto& [id, p] : peers_) {
    if (!p.up || !p.said || p.said->into != now_.id.lineage || next.has(id)
        || next.has_lost(id) || !p.said->has(id))
      continue;
    for (const auto dead : p.said->departed)
      if (!next.has_lost(dead) && !next.has(dead))
        next.departed.push_back(dead);
    for (const auto node : p.said->members)
      if (!next.has_lost(node) && !next.has(node)
          && (node == id || !faults_.take_singly))
        next.members.push_back(node);
  }
}

// The lineage to dissolve into, if it is not this one that wins. Of each only
// the latest view counts that any of its members told.
std::optional<node_id> view_agreement::winner() const {
  std::map<node_id, const view*> others;
  for (auto& [id, p] : peers_) {
    if (!p.up || !p.said || !p.said->has(id))
      continue;
    auto& last = others[p.said->id.lineage];
    if (!last || last->id.number < p.said->id.number)
      last = &*p.said;
  }
  const view* best = &now_;
  for (auto& [lineage, v] : others)
    if (!v->into && !v->has_lost(self_) && beats(*v, *best))
      best = v;
  if (best->id.lineage == now_.id.lineage)
    return std::nullopt;
  return best->id.lineage;
}

duration view_agreement::patience_for(const view& wish) const {
  if (wish.into)
    return back_off(options_.gather, restores_) + my_turn();
  const bool removes = wish.departed != now_.departed;
  return (removes ? options_.collect : options_.gather) + my_turn();
}

// Voters that live come first.
duration view_agreement::my_turn() const {
  const auto voters = voters_of(now_, options_.voters).size();
  std::size_t rank = 0;
  for (std::size_t i = 0; i < now_.members.size(); ++i) {
    if (now_.members[i] == self_)
      break;
    rank += down_.contains(now_.members[i]) ? 0 : 1;
  }
  return options_.step * static_cast<duration::rep>(std::min(rank, 2 * voters));
}

duration view_agreement::back_off(duration first, unsigned tries) const {
  return std::min(first * (1 << std::min(tries, 16u)), options_.retry_limit);
}

// --- strays

// A member that holds, or is to hold, a view of another lineage. That may be
// old news, or on its way to change.
bool view_agreement::is_stray(node_id id) const {
  const auto p = peers_.find(id);
  if (p == peers_.end() || !p->second.said)
    return false;
  const auto& said = *p->second.said;
  return said.id.lineage != now_.id.lineage && said.into != now_.id.lineage;
}

void view_agreement::watch_strays() {
  const auto is_none = [this](node_id id) {
    return now_.into || !now_.has(id) || !is_stray(id);
  };
  std::erase_if(watched_, is_none);
  std::erase_if(questioned_, [&](auto& q) { return is_none(q.first); });
  std::erase_if(given_up_, is_none);
  if (watched_.empty())
    cancel(purpose::patience);
  if (runs(purpose::patience))
    return;
  for (auto id : now_.members)
    if (!is_none(id) && !questioned_.contains(id))
      watched_.insert(id);
  if (!watched_.empty())
    start(purpose::patience, options_.stray_after);
}

// What they told may be old by now. A question that they answer in the same
// words, asked after this, settles it.
void view_agreement::lose_patience() {
  for (auto id : watched_)
    questioned_[id] = questions_ + 1;
  watched_.clear();
  announces_ = 0;
  reannounce();
}

void view_agreement::confirm(node_id id, std::uint64_t answer) {
  const auto q = questioned_.find(id);
  if (q != questioned_.end() && q->second <= answer)
    given_up_.insert(id);
}

} // namespace tern
