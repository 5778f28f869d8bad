// What a node wishes the next view of its lineage to be, and how long it waits
// before it says so.
//
// Of two lineages that meet one prevails: one of two members or more over a
// single node, then the lower name. It takes the other in, and the other goes
// there. One that knows it will be taken in takes nobody itself, for a while:
// the one that prevails may be dead.
//
// A wish ripens: deaths for `collect`, as they come in groups, newcomers for
// `gather`. Then members speak in order of rank, a `step` apart. A node that
// leaves wishes that alone, and speaks at once.
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

void depart(view& v, node_id node) {
  std::erase(v.members, node);
  v.departed.push_back(node);
}

} // namespace

std::optional<view> view_agreement::desired() const {
  if (heir_ && !has_lost_majority(*heir_))
    return heir_;
  auto next = successor();
  const auto on_their_way = next.newcomers;
  if (stay_ != stay::leaves)
    add_candidates(next);
  drop_lost(next);
  if (next.members.empty())
    return std::nullopt; // nobody would be left to hold it
  if (next.members == now_.members && next.departed == now_.departed
      && next.newcomers == on_their_way)
    return std::nullopt;
  return next;
}

// Nobody could go on from there.
bool view_agreement::has_lost_majority(const view& v) const {
  const auto voters = voters_of(v, options_.voters);
  const auto lost = std::ranges::count_if(
      voters, [this](node_id id) { return down_.contains(id); });
  return 2 * static_cast<std::size_t>(lost) >= voters.size();
}

// Whether those are at hand who can agree on coming here. Else they would be
// members that never come, and whose votes are missed.
bool view_agreement::can_come(const view& v) const {
  const auto voters = voters_of(v, options_.voters);
  const auto at_hand = std::ranges::count_if(voters, [this](node_id id) {
    const auto p = peers_.find(id);
    return id == self_ || (p != peers_.end() && p->second.up);
  });
  return 2 * static_cast<std::size_t>(at_hand) > voters.size();
}

// Newcomers that have come are no longer any; that alone is no reason for a
// view.
view view_agreement::successor() const {
  auto next = now_;
  ++next.id.number;
  std::erase_if(next.newcomers, [this](auto& n) {
    const auto p = peers_.find(n.node);
    return n.node == self_
           || (p != peers_.end() && p->second.said
               && p->second.said->id.lineage == now_.id.lineage);
  });
  return next;
}

void view_agreement::drop_lost(view& next) const {
  for (const auto id : std::vector(next.members))
    if (down_.contains(id) || given_up_.contains(id)
        || (id == self_ && stay_ == stay::leaves))
      depart(next, id);
  std::erase_if(next.newcomers, [&](auto& n) { return !next.has(n.node); });
  if (next.departed.size() > options_.departed_limit)
    next.departed.erase(
        next.departed.begin(),
        next.departed.end()
            - static_cast<std::ptrdiff_t>(options_.departed_limit));
}

void view_agreement::add_candidates(view& next) const {
  for (auto& [id, p] : peers_)
    if (p.up && p.said && p.said->id.lineage != now_.id.lineage
        && p.said->has(id) && !next.has_lost(id) && !p.said->has_lost(self_)
        && (!next.has(id) || next.origin_of(id)) && can_come(*p.said)
        && beats(now_, *p.said))
      take_in(next, id, *p.said);
}

// As a whole, with its dead: else its actors on nodes that come later would be
// missed at the census, and taken for lost. What two tell of where a third one
// comes from has an order only in one lineage; else the third one's own word
// counts.
void view_agreement::take_in(view& next, node_id teller,
                             const view& theirs) const {
  for (const auto dead : theirs.departed)
    if (next.has(dead)
        || (!next.has_lost(dead)
            && next.departed.size() < options_.departed_limit))
      depart(next, dead);
  for (const auto node : theirs.members) {
    if (next.has_lost(node) || (faults_.forget_mates && node != teller))
      continue;
    const auto known = std::ranges::find(next.newcomers, node, &newcomer::node);
    if (!next.has(node)) {
      next.members.push_back(node);
      next.newcomers.push_back({node, theirs.id});
    } else if (known == next.newcomers.end()) {
      continue; // it has come
    } else if (known->from.lineage == theirs.id.lineage) {
      known->from = std::max(known->from, theirs.id);
    } else if (node == teller) {
      known->from = theirs.id;
    }
  }
}

// Whether another lineage prevails over this one.
bool view_agreement::is_beaten() const {
  return std::ranges::any_of(peers_, [this](auto& each) {
    const auto& [id, p] = each;
    return p.up && p.said && p.said->id.lineage != now_.id.lineage
           && p.said->has(id) && !p.said->has_lost(self_)
           && beats(*p.said, now_);
  });
}

duration view_agreement::patience_for(const view& wish) const {
  if (stay_ == stay::leaves)
    return {};
  if (wish.id.lineage != now_.id.lineage)
    return my_turn();
  if (wish.departed != now_.departed)
    return options_.collect + my_turn();
  return (is_beaten() ? options_.yield_after : options_.gather) + my_turn();
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

// A newcomer that holds a view of another lineage. That may be old news, or on
// its way to change.
bool view_agreement::is_stray(node_id id) const {
  const auto p = peers_.find(id);
  return now_.origin_of(id) && p != peers_.end() && p->second.said
         && p->second.said->id.lineage != now_.id.lineage;
}

void view_agreement::watch_strays() {
  const auto is_none = [this](node_id id) {
    return !is_stray(id);
  };
  std::erase_if(watched_, is_none);
  std::erase_if(questioned_, [&](auto& q) { return is_none(q.first); });
  std::erase_if(given_up_, is_none);
  if (watched_.empty())
    cancel(purpose::patience);
  if (runs(purpose::patience))
    return;
  for (auto& [id, from] : now_.newcomers)
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
