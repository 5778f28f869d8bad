#include "dataflow/runtime/plan_rounds.hpp"

#include <algorithm>
#include <utility>

namespace tern {

plan_rounds::plan_rounds(const plan_view& view, node_id self) : self_(self) {
  for (const auto& place : view.places)
    places_.push_back(place.node);
  current_.submitter = view.submitter;
}

bool plan_rounds::begin() {
  told_.clear();
  return true;
}

// The submitter may be a node of the view, too.
bool plan_rounds::waits_for(node_id who) const {
  return who == current_.submitter
         || std::find(places_.begin(), places_.end(), who) != places_.end();
}

// A submitter that dies while no round is waiting for it costs nothing: the
// roots stay where they are.
bool plan_rounds::exclude(node_id who, bool had_work) {
  const bool a_place =
      std::find(places_.begin(), places_.end(), who) != places_.end();
  const bool awaited = who == current_.submitter && !is_first();
  if (!had_work && !a_place && !awaited)
    return false;
  return current_.exclude(who) && begin();
}

bool plan_rounds::attach() {
  current_.exclude(current_.submitter);
  current_.submitter = self_;
  return begin();
}

bool plan_rounds::receive(node_id from, const plan_round& round, census what) {
  if (current_.excludes(from))
    return false; // of two that take each other for dead, one is heard first
  const bool is_out = round.excludes(from); // it has no other say
  if (!waits_for(from) && (is_out || round.submitter != from))
    return hear_guest(from, round);
  if (is_out)
    return exclude(from);
  const bool begun = merge(round) && begin();
  if (round == current_ && waits_for(from) && !current_.excludes(from))
    told_.emplace(from, std::move(what));
  return begun;
}

// A guest that has lost a place has no part in the plan any more, and that is
// all it can say: the place may be well for the others.
bool plan_rounds::hear_guest(node_id from, const plan_round& round) {
  const bool is_guest =
      std::find(places_.begin(), places_.end(), self_) == places_.end()
      && self_ != current_.submitter;
  const bool lost =
      std::any_of(round.dead.begin(), round.dead.end(),
                  [&](node_id who) { return !current_.excludes(who); });
  return !is_guest && lost && current_.exclude(from) && begin();
}

bool plan_rounds::merge(const plan_round& other) {
  bool grew = false;
  for (auto who : other.dead)
    grew = current_.exclude(who) || grew;
  return settle_submitter(other.submitter) || grew;
}

// Who attaches to a plan declares the submitter before it dead. Of two that
// attach at once one stays.
bool plan_rounds::settle_submitter(node_id other) {
  const auto mine = current_.submitter;
  if (other == mine)
    return false;
  if (current_.excludes(other)) {
    if (!current_.excludes(mine))
      return false;
    current_.submitter = std::max(mine, other);
    return current_.submitter != mine;
  }
  if (!current_.excludes(mine))
    current_.exclude(std::max(mine, other));
  const auto stays = current_.excludes(mine) ? other : mine;
  current_.submitter = stays;
  return true;
}

bool plan_rounds::complete() const {
  if (is_first() || is_out())
    return false;
  const auto has_told = [&](node_id who) {
    return current_.excludes(who) || told_.contains(who);
  };
  const auto is_left = [&](node_id who) {
    return !current_.excludes(who);
  };
  return std::any_of(places_.begin(), places_.end(), is_left)
         && std::all_of(places_.begin(), places_.end(), has_told)
         && has_told(current_.submitter);
}

bool plan_rounds::is_news(const plan_round& round) const {
  auto both = *this;
  both.merge(round);
  return current_ != round && both.current_ == round;
}

std::vector<node_id> plan_rounds::others() const {
  auto out = places_;
  out.insert(out.end(), current_.dead.begin(), current_.dead.end());
  out.push_back(current_.submitter);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  std::erase(out, self_);
  return out;
}

} // namespace tern
