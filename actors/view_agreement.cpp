// How nodes agree which of them hold stateful actors.
//
// Every node begins alone, with the first view of its own lineage. The next
// view of a lineage is chosen by Paxos among the first members of the present
// one (view_ballot.cpp). So a lineage is a chain, at most one of two sides that
// lost sight of each other can prolong it, and any member that knows a view's
// name knows its content. Anybody who learns of a later view of its lineage
// goes to it, over any that it missed; one that is not in it is expelled.
//
//   wish        members, less those that are down, plus those who may come
//   propose     after a delay by rank, so that mostly one does; again with a
//               back-off until some next view is there, this one or another
//   announce    a view that was adopted, to everybody; and again, with a
//               back-off, to each peer until it has told that it is there too.
//               Who is asked answers, who is not asked does not, except that
//               one who is behind is told. So it ends.
//
// Two lineages that meet become one, in two steps. The one that prevails takes
// all members of the other into its next view, as newcomers from the view that
// they hold. The other then ends: it chooses that view as the successor of its
// own, as it chooses any other.
//
//      lineage 3      3.1 {3}    3.2 {3, 5 from 5.1} ..
//      lineage 5      5.1 {5} ............................ 3.2
//
// If the other one has gone on meanwhile (5.2), 3.2 cannot follow it, and the
// first takes its members in anew, now from 5.2. So the members of a lineage
// come all or not at all, and what they have agreed on comes with them: who is
// dead for one of them is dead for the view that they go to. No two lineages
// can each choose the other: who names a view as the origin of newcomers comes
// later than that view, and a circle of such views would come before itself.
//
// A lineage is taken in only if a majority of its voters is at hand, for the
// others could never agree to come. A newcomer that stays away blocks little:
// it votes wherever it is, even if it is expelled there, and news of losses
// wait (mobility_census.cpp). One that says for long that it is elsewhere is
// removed like a dead one.
//
// A node that wants to leave wishes the next view to be without itself, and
// says so like any other. Once that is chosen it is out, but goes on with one
// thing: it tells the view until all whom it reaches hold it. So nobody needs
// its vote for the view before, when it is gone. Who ends in any other way says
// farewell, which counts as a death.
//
// Views of different lineages have no order by name. How old an announce is
// among those of its sender is told by `turn`.
//
// Here: views and messages. What a node wishes and when: view_wish.cpp.
// Not here: who is up or down (control/membership.hpp), clocks and links.
#include "actors/view_agreement.hpp"

#include <algorithm>
#include <utility>

namespace tern {

view_agreement::view_agreement(node_id self, agreement_options options,
                               agreement_faults planted)
  : self_(self), options_(options),
    faults_(planted), now_{{self, 1}, {self}, {}, {}}, acceptor_(planted),
    proposer_(self, options.voters, planted) {
  acceptor_.enter(now_);
}

// --- events

view_agreement::instructions view_agreement::on_peer_up(node_id id) {
  if (id == self_ || down_.contains(id))
    return {};
  peers_[id].up = true;
  announces_ = 0;
  cancel(purpose::announce);
  ask(id);
  return finish();
}

view_agreement::instructions view_agreement::on_peer_down(node_id id) {
  lose(id);
  return finish();
}

void view_agreement::lose(node_id id) {
  if (id == self_ || !down_.insert(id).second)
    return;
  peers_.erase(id);
  down_order_.push_back(id);
  const auto is_old = [this](node_id n) {
    return !now_.has(n);
  };
  if (down_order_.size() > options_.departed_limit) {
    const auto oldest = std::ranges::find_if(down_order_, is_old);
    if (oldest != down_order_.end()) {
      down_.erase(*oldest);
      down_order_.erase(oldest);
    }
  }
}

view_agreement::instructions view_agreement::on_message(node_id from,
                                                        view_message m) {
  std::visit([&](auto& it) { handle(from, it); }, m);
  return finish();
}

view_agreement::instructions view_agreement::on_time(std::uint64_t generation) {
  const auto timer = std::ranges::find(timers_, generation);
  if (generation == 0 || timer == timers_.end())
    return {};
  *timer = 0;
  fire(static_cast<purpose>(timer - timers_.begin()));
  return finish();
}

view_agreement::instructions view_agreement::on_leaving() {
  if (stay_ != stay::member)
    return {};
  stay_ = stay::leaving;
  ++turn_;
  for (auto& [id, p] : peers_)
    if (p.up)
      say(id);
  return finish();
}

view_agreement::instructions view_agreement::on_leave() {
  stay_ = stay::leaves;
  cancel(purpose::propose); // this wish needs no patience
  return finish();
}

view_agreement::instructions view_agreement::on_end() {
  for (auto& [id, p] : peers_) // also who only wrote: it may have an answer
    send(id, view_farewell{});
  return std::exchange(out_, {});
}

view_agreement::instructions view_agreement::finish() {
  while (!to_self_.empty()) {
    auto m = std::move(to_self_.front());
    to_self_.pop_front();
    std::visit([&](auto& it) { handle(self_, it); }, m);
  }
  settle();
  return std::exchange(out_, {});
}

void view_agreement::send(node_id to, view_message m) {
  if (to == self_)
    to_self_.push_back(std::move(m));
  else
    out_.push_back(transmit{to, std::move(m)});
}

// --- what others hold

void view_agreement::handle(node_id from, view_announce& m) {
  hear(from, m);
  learn(m.v, m.after);
  const bool is_mine = m.v.id.lineage == now_.id.lineage;
  const bool is_behind =
      m.turn != 0 && is_mine && m.v.id.number < now_.id.number;
  if (m.question != 0 || is_behind)
    say(from, m.question);
  if (m.turn == 0 || is_mine)
    return;
  if (auto later = acceptor_.later_than(m.v.id))
    send(from, std::move(*later)); // it missed the end of its lineage
}

void view_agreement::hear(node_id from, const view_announce& m) {
  if (from == self_ || down_.contains(from) || m.turn == 0)
    return;
  auto& p = peers_[from];
  if (m.turn == p.turn)
    confirm(from, m.answer);
  if (m.turn <= p.turn)
    return;
  p.turn = m.turn;
  p.said = m.v;
  p.leaving = m.leaving;
  watched_.erase(from);
  questioned_.erase(from);
  given_up_.erase(from);
}

void view_agreement::handle(node_id from, view_farewell&) {
  lose(from);
}

// Nodes that come without having agreed on it could not all come.
void view_agreement::learn(const view& v, const std::optional<view_id>& after) {
  if (expelled_)
    return;
  const bool is_same = v.id.lineage == now_.id.lineage;
  if (is_same && v.id.number > now_.id.number)
    return adopt(v, {});
  if (!is_same && after && after->lineage == now_.id.lineage
      && after->number >= now_.id.number)
    return adopt(v, after);
  if (is_same || !takes_over(v))
    return;
  if (faults_.leave_alone)
    return adopt(v, now_.id);
  if (heir_ && heir_->id.lineage == v.id.lineage
      && heir_->id.number >= v.id.number)
    return;
  heir_ = v;
  cancel(purpose::propose); // this wish needs less patience
}

// Whether `v`, of another lineage, may come after this view.
bool view_agreement::takes_over(const view& v) const {
  const auto* origin = v.origin_of(self_);
  if (!origin || (*origin != now_.id && !faults_.forget_origin))
    return false;
  if (faults_.forget_mates)
    return true;
  const bool is_full = v.departed.size() >= options_.departed_limit;
  return std::ranges::all_of(
             now_.members, [&](node_id n) { return v.has(n) || v.has_lost(n); })
         && std::ranges::all_of(now_.departed, [&](node_id n) {
              return v.has_lost(n) || (is_full && !v.has(n));
            });
}

void view_agreement::adopt(view v, const std::optional<view_id>& after) {
  const auto before = std::exchange(now_, std::move(v));
  ++turn_;
  if (after)
    after_ = after;
  heir_.reset();
  acceptor_.enter(now_, after);
  proposer_.stop();
  proposals_ = announces_ = 0;
  for (auto p : {purpose::propose, purpose::announce})
    cancel(p);
  expelled_ = !now_.has(self_);
  if (expelled_)
    out_.push_back(expelled{now_});
  else
    out_.push_back(adopted{now_, after});
  std::set<node_id> all(before.members.begin(), before.members.end());
  all.insert(now_.members.begin(), now_.members.end());
  for (auto& [id, p] : peers_)
    if (p.up)
      all.insert(id);
  all.erase(self_);
  for (auto id : all)
    say(id);
}

void view_agreement::say(node_id to, std::uint64_t answer) {
  send(to,
       view_announce{now_, turn_, 0, answer, after_, stay_ != stay::member});
}

void view_agreement::ask(node_id to) {
  send(to, view_announce{now_, turn_, ++questions_, 0, after_,
                         stay_ != stay::member});
}

// Whether there is nothing to tell it and nothing to hear from it. One that is
// out of this lineage for ever may hold what it likes. A node that is out
// itself has something to tell only to those that are not.
bool view_agreement::is_settled(node_id id, const peer& p) const {
  if (!p.up || now_.has_lost(id) || (expelled_ && !now_.has(id)))
    return true;
  if (!p.said)
    return false;
  if (p.said->has_lost(self_))
    return true;
  return p.said->id.lineage == now_.id.lineage
         && (p.said->id.number >= now_.id.number || !p.said->has(id));
}

bool view_agreement::is_shared() const {
  return !expelled_ && std::ranges::all_of(now_.members, [this](node_id id) {
    if (id == self_)
      return true;
    const auto p = peers_.find(id);
    return p != peers_.end() && p->second.said && p->second.said->id == now_.id;
  });
}

bool view_agreement::has_left() const {
  if (stay_ != stay::leaves)
    return false;
  if (!expelled_)
    return now_.members.size() == 1 || has_lost_majority(now_);
  return faults_.leave_untold || std::ranges::all_of(peers_, [this](auto& p) {
           return is_settled(p.first, p.second);
         });
}

bool view_agreement::is_leaving(node_id id) const {
  if (id == self_)
    return stay_ != stay::member;
  const auto p = peers_.find(id);
  return p != peers_.end() && p->second.leaving;
}

void view_agreement::reannounce() {
  ++announces_;
  for (auto& [id, p] : peers_)
    if (!is_settled(id, p))
      ask(id);
}

// --- the choice of the next view

void view_agreement::handle(node_id from, view_prepare& m) {
  proposer_.see(m.b);
  learn(m.base, {});
  answer(from, m.base.id, acceptor_.on_prepare(m));
}

void view_agreement::handle(node_id from, view_accept& m) {
  proposer_.see(m.b);
  answer(from, m.base, acceptor_.on_accept(m));
}

// Without a reply the instance is over, and the proposer behind.
void view_agreement::answer(node_id from, const view_id& base,
                            std::optional<view_message> reply) {
  const bool is_mine = base.lineage == now_.id.lineage;
  if (reply)
    send(from, std::move(*reply));
  else if (is_mine)
    say(from);
  else if (auto later = acceptor_.later_than(base))
    send(from, std::move(*later));
  if (is_mine && base.number > now_.id.number)
    ask(from);
}

void view_agreement::handle(node_id from, view_promise& m) {
  if (expelled_)
    return;
  if (auto next = proposer_.on_promise(from, now_, m))
    poll(*next);
}

void view_agreement::handle(node_id from, view_accepted& m) {
  if (expelled_)
    return;
  auto chosen = proposer_.on_accepted(from, now_, m);
  if (!chosen)
    return;
  const bool ends = chosen->id.lineage != now_.id.lineage;
  adopt(std::move(*chosen), ends ? std::optional(now_.id) : std::nullopt);
}

void view_agreement::handle(node_id, view_refuse& m) {
  proposer_.see(m.promised);
}

void view_agreement::poll(const view_message& m) {
  for (auto id : proposer_.voters(now_))
    if (!down_.contains(id))
      send(id, m);
}

void view_agreement::propose() {
  auto wish = desired();
  if (!wish)
    return;
  poll(proposer_.start(now_, std::move(*wish)));
  start(purpose::propose, back_off(options_.retry, proposals_++) + my_turn());
}

// --- timers

void view_agreement::start(purpose p, duration delay) {
  timers_[static_cast<std::size_t>(p)] = ++generation_;
  out_.push_back(arm{generation_, delay});
}

void view_agreement::cancel(purpose p) {
  timers_[static_cast<std::size_t>(p)] = 0;
}

bool view_agreement::runs(purpose p) const {
  return timers_[static_cast<std::size_t>(p)] != 0;
}

void view_agreement::fire(purpose p) {
  if (expelled_ && p != purpose::announce)
    return;
  switch (p) {
  case purpose::propose:
    return propose();
  case purpose::announce:
    return reannounce();
  case purpose::patience:
    return lose_patience();
  }
}

// What this node has to wait for, after whatever happened. Nothing to wait
// for, no timer: a cluster that agrees is at rest.
void view_agreement::settle() {
  if (!expelled_)
    watch_strays();
  if (!expelled_ || stay_ == stay::leaves)
    settle_announcing();
  const auto wish = expelled_ ? std::nullopt : desired();
  if (!wish) {
    cancel(purpose::propose);
    proposer_.stop();
    proposals_ = 0;
  } else if (!runs(purpose::propose)) {
    start(purpose::propose, patience_for(*wish));
  }
}

void view_agreement::settle_announcing() {
  const bool all_settled = std::ranges::all_of(
      peers_, [this](auto& p) { return is_settled(p.first, p.second); });
  if (all_settled || faults_.no_reannounce) {
    cancel(purpose::announce);
    announces_ = 0;
  } else if (!runs(purpose::announce)) {
    start(purpose::announce, back_off(options_.retry, announces_));
  }
}

} // namespace tern
