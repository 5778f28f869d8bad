// Single-decree Paxos (Lamport, "Paxos made simple", 2001), once for each view:
// the instance `base` chooses the successor of the view `base` by a majority
// of the voters of that view.
//
//      proposer                              voter
//      PREPARE(b)        -->                 promises to take nothing below b,
//                        <-- PROMISE(b, a)   tells what it accepted (a)
//      ACCEPT(b, value)  -->                 unless it has promised more
//                        <-- ACCEPTED(b)
//
// Once a majority has accepted one ballot its value is chosen: every later
// proposer needs promises of a majority, one of them knows the value, and the
// proposer must take the value of the highest ballot that it is told of.
//
// All this is in memory, for a node that ends never comes back. A voter keeps
// one seat for each lineage, that of the latest instance which it knows of: a
// question about view n shows that n was chosen, so the instances below n are
// over and are never answered again. Whether the voter itself holds the view
// is of no concern to Paxos, and it may not: it was named by a view that it
// has not heard of, or that it never comes to. It votes all the same. Otherwise
// two nodes of which one went elsewhere could never agree that it did.
//
// The value may be a view of another lineage. Then this one has ended, and the
// seat keeps where it went.
#include "actors/view_ballot.hpp"

#include <algorithm>
#include <utility>

namespace tern {

std::span<const node_id> voters_of(const view& v, std::size_t limit) noexcept {
  return std::span(v.members).first(std::min(v.members.size(), limit));
}

// --- the voter

view_acceptor::seat* view_acceptor::open(const view_id& base) {
  auto& s = seats_[base.lineage];
  if (base.number < s.number)
    return nullptr;
  if (base.number > s.number)
    s = {.number = base.number, .known = std::move(s.known), .ended = s.ended};
  return &s;
}

std::optional<view_message> view_acceptor::on_prepare(const view_prepare& m) {
  auto* s = open(m.base.id);
  if (!s)
    return std::nullopt;
  s->known = m.base;
  if (m.b < s->promised)
    return view_refuse{m.base.id, s->promised};
  s->promised = m.b;
  return view_promise{m.base.id, m.b, s->accepted, s->value};
}

std::optional<view_message> view_acceptor::on_accept(const view_accept& m) {
  auto* s = open(m.base);
  if (!s)
    return std::nullopt;
  if (m.b < s->promised && !faults_.forget_promise)
    return view_refuse{m.base, s->promised};
  s->promised = m.b;
  s->accepted = m.b;
  s->value = m.value;
  return view_accepted{m.base, m.b};
}

void view_acceptor::enter(const view& v, const std::optional<view_id>& after) {
  if (auto* s = open(v.id))
    s->known = v;
  if (!after)
    return;
  if (auto* s = open({after->lineage, after->number + 1})) {
    s->known = v;
    s->ended = after;
  }
}

std::optional<view_announce> view_acceptor::later_than(const view_id& v) const {
  const auto s = seats_.find(v.lineage);
  if (s == seats_.end() || !s->second.known)
    return std::nullopt;
  const auto last = s->second.ended.value_or(s->second.known->id);
  const bool is_later =
      s->second.ended ? v.number <= last.number : v.number < last.number;
  if (!is_later)
    return std::nullopt;
  return view_announce{*s->second.known, 0, 0, 0, s->second.ended};
}

// --- the proposer

std::span<const node_id>
view_proposer::voters(const view& base) const noexcept {
  return voters_of(base, faults_.any_voter ? base.members.size() : voters_);
}

view_prepare view_proposer::start(const view& base, view wish) {
  phase_ = phase::preparing;
  ballot_ = {++round_, self_};
  value_ = std::move(wish);
  adopted_.reset();
  votes_.clear();
  return {base, ballot_};
}

void view_proposer::see(const ballot& b) noexcept {
  round_ = std::max(round_, b.round);
}

bool view_proposer::counts(node_id from, const view& base,
                           const view_id& instance, const ballot& b) const {
  return instance == base.id && b == ballot_
         && std::ranges::count(voters(base), from) != 0;
}

bool view_proposer::is_majority(const view& base) const {
  const auto half = voters_of(base, voters_).size() / 2;
  return faults_.minority ? votes_.size() >= half : votes_.size() > half;
}

std::optional<view_accept> view_proposer::on_promise(node_id from,
                                                     const view& base,
                                                     const view_promise& m) {
  if (phase_ != phase::preparing || !counts(from, base, m.base, m.b))
    return std::nullopt;
  if (m.accepted && (!adopted_ || *adopted_ < *m.accepted)
      && !faults_.ignore_accepted) {
    adopted_ = m.accepted;
    value_ = m.value;
  }
  votes_.insert(from);
  if (!is_majority(base))
    return std::nullopt;
  phase_ = phase::accepting;
  votes_.clear();
  return view_accept{base.id, ballot_, value_};
}

std::optional<view> view_proposer::on_accepted(node_id from, const view& base,
                                               const view_accepted& m) {
  if (phase_ != phase::accepting || !counts(from, base, m.base, m.b))
    return std::nullopt;
  votes_.insert(from);
  if (!is_majority(base))
    return std::nullopt;
  phase_ = phase::idle;
  return value_;
}

} // namespace tern
