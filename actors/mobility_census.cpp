// What a new view means for the actors of a node.
//
// The nodes have agreed on who is one of them. Whoever is not cannot be heard
// any more (mobility.cpp drops it), so what is true of the others can be
// counted. Every member reports to every home once, when it takes the view up:
// all actors of the home that it has, running or frozen. A home that has all
// reports knows of each of its actors where it is, or that it is nowhere; only
// such a home says so, and what it says stays true:
//
//  1. A move does not cross views: PREPARE and STATE name the view of the
//     source, and a target takes them up in no other, nor installs what it
//     has when the view changes. So an actor is in the report of its source,
//     or in that of its target, or in both. A source lets go only when it has
//     the target's report of its own view: until then the target cannot hand
//     the actor on, to a node that is out.
//  2. A report is as of taking up the view, however often it is sent. What has
//     moved since then is where the home hears of it anew.
//  3. Who has the whole state of an actor whose source is out reports only when
//     it has made the actor, or could not: what is reported stays.
//  4. What was born after its node's report is no home's to miss: the report
//     says how many were born until then.
//  5. A home believes nothing about its own actors but reports of this view:
//     late news of an older one would hide a loss.
//
// Who sends to actors asks their homes after each view that lost a node, once
// for all of them; an actor that moves asks at the place where it arrives, if
// it has missed that. The answers come to the senders as `down`.
//
// A source whose target is out of the view runs on: its target cannot have run
// the actor, since it was not released. A target whose source is out runs what
// it has.
#include "actors/mobility.hpp"

#include <algorithm>
#include <utility>

namespace tern {

void mobility::on(mobility_event::view& e) {
  if (faults_.stale_view && view_.members.size() > 1)
    return;
  const auto before = std::exchange(view_, std::move(e.agreed));
  if (!view_.has(self_))
    return leave();
  if (std::ranges::any_of(view_.departed,
                          [&](node_id n) { return !before.has_lost(n); }))
    last_loss_ = view_.id;
  else if (last_loss_.lineage != view_.id.lineage)
    last_loss_ = {view_.id.lineage, 0};
  directory_.set_view(view_.members, faults_.keep_claims);
  census_.begin(view_, self_, births_);
  census_tries_ = 0;
  turn_guests_away();
  give_reports();
  leave_the_lost();
  ask_for_all();
  speak_for_census();
}

// The others go on without this node. They may have what is half-way to or from
// here, so that stays as it is, for ever; what is being restored starts no
// more.
void mobility::leave() {
  view_.members.clear();
  directory_.set_view({});
  census_.begin(view_, self_, births_);
}

// Whether those in the view go on without the node. One that is out of it
// itself cannot know.
bool mobility::is_out(node_id node) const {
  if (faults_.judge_when_out)
    return !view_.has(node);
  return !view_.members.empty() && !view_.has(node);
}

// To every other member, also if there is nothing to say.
void mobility::give_reports() {
  std::map<node_id, census_report> reports;
  const auto add = [&](const actor_id& actor, std::uint32_t epoch) {
    if (actor.kind() != actor_kind::service)
      reports[directory_.home(actor)].here.push_back({actor, epoch});
  };
  for (auto& [actor, r] : residents_) {
    add(actor, r->epoch);
    r->reported = true;
  }
  for (auto& g : target_.guests())
    if (g.has_state && is_out(g.source))
      census_.await(g.attempt.actor);
    else if (g.has_state)
      add(g.attempt.actor, g.attempt.epoch);
  add_ended(reports);
  for (auto& [actor, epoch] : reports[self_].here)
    directory_.learn(actor, {self_, epoch});
  for (const auto home : view_.members) {
    auto& report = reports[home];
    report.view = view_.id;
    report.births = births_;
    if (home != self_)
      census_.owe(home, std::move(report));
  }
}

// Where they came from may have taken up this view earlier, and report them
// still.
void mobility::add_ended(std::map<node_id, census_report>& reports) {
  for (const auto& actor : dead_order_) {
    auto& d = dead_.at(actor);
    d.reported = true;
    if (d.ended_here)
      reports[directory_.home(actor)].ended.push_back(actor);
  }
}

// A guest without its state comes again in this view, if its source lives. One
// with its state must not cross views, unless it is all that there is.
void mobility::turn_guests_away() {
  for (auto& g : target_.guests())
    if (g.has_state != is_out(g.source) && !faults_.any_view)
      carry_out(g.source, g.attempt, target_.on_abort(g.attempt));
}

// Moves from and to nodes that are out of the view.
void mobility::leave_the_lost() {
  for (auto& [actor, r] : residents_) {
    if (r->came_from && is_out(r->came_from))
      start(*r);
    if (r->move && is_out(r->move->target()) && !faults_.wait_for_the_lost)
      carry_out(*r, r->move->on_target_lost());
  }
}

// --- as a member

bool mobility::must_ask(const resident& r) const {
  return r.checked.lineage != last_loss_.lineage
         || r.checked.number < last_loss_.number;
}

void mobility::ask_for_all() {
  for (auto& [actor, r] : residents_)
    ask_for(*r);
  end_of_asking();
}

// A frozen one asks where it runs next.
void mobility::ask_for(resident& r) {
  if (r.frozen || !must_ask(r) || faults_.never_ask)
    return;
  std::vector<actor_id> lost;
  for (const auto* channel : in_order(r.sending)) {
    const auto& peer = channel->first;
    const auto home = directory_.home(peer);
    if (find(peer))
      continue;
    if (peer.kind() == actor_kind::service || home == self_) {
      if (is_lost(peer))
        lost.push_back(peer);
      else if (peer.kind() != actor_kind::service && !census_.is_complete())
        census_.ask(self_, peer);
    } else {
      census_.ask(home, peer);
    }
  }
  for (auto& peer : lost)
    close_channels(peer);
}

// All that was asked is answered.
void mobility::end_of_asking() {
  if (!census_.asked().empty())
    return;
  for (auto& [actor, r] : residents_)
    if (!r->frozen)
      r->checked = view_.id;
}

// Says what was not answered yet, and will say it again.
void mobility::speak_for_census() {
  for (auto& [home, report] : census_.owed())
    if (census_.may_report())
      transmit(home, report);
  for (auto& [home, q] : census_.asked())
    if (home != self_)
      transmit(
          home,
          census_query{view_.id, q.number, {q.actors.begin(), q.actors.end()}});
  if (census_.has_open())
    arm_again({mobility_timer::kind::census,
               {},
               {},
               view_.id.number,
               ++census_generation_},
              census_tries_++);
}

void mobility::on_census_timer(const mobility_timer& t) {
  if (t.generation == census_generation_)
    speak_for_census();
}

void mobility::take(node_id from, census_taken& m) {
  if (m.view == view_.id)
    census_.taken(from);
}

void mobility::take(node_id from, census_answer& m) {
  if (m.view != view_.id || !census_.answered(from, m.number))
    return;
  for (auto& actor : m.lost)
    close_channels(actor);
  end_of_asking();
}

// --- as a home

void mobility::take(node_id from, census_report& m) {
  if (m.view != view_.id)
    return; // it comes again
  transmit(from, census_taken{m.view});
  for (auto& [actor, epoch] : m.here)
    if (directory_.home(actor) == self_)
      directory_.learn(actor, {from, epoch});
  for (auto& actor : m.ended)
    remember_dead(actor, {0, false, false, 0, {}});
  const bool is_news = !census_.has_reported(from);
  const auto owed = census_.owed().find(from);
  if (is_news && owed != census_.owed().end() && census_.may_report())
    transmit(from, owed->second); // it may have come too early for this node
  count_report(from, m.births);
  let_go_to(from);
}

void mobility::count_report(node_id from, std::uint64_t births) {
  if (!census_.take_report(from, births))
    return;
  for (auto& [asker, q] : census_.take_kept())
    answer(asker, q);
  answer_own_question();
}

// An actor whose source is out was all there was of it, and has been made, or
// could not be.
void mobility::decide_guest(const actor_id& actor) {
  if (const auto* r = find(actor))
    census_.add_to_report(directory_.home(actor), actor, r->epoch);
  if (!census_.decide(actor))
    return;
  count_report(self_, births_);
  speak_for_census();
}

void mobility::take(node_id from, census_query& m) {
  if (m.view != view_.id)
    return;
  if (census_.is_complete() || faults_.hasty_census)
    answer(from, m);
  else
    census_.keep(from, std::move(m));
}

void mobility::answer(node_id asker, const census_query& q) {
  census_answer told{view_.id, q.number, {}};
  std::ranges::copy_if(q.actors, std::back_inserter(told.lost),
                       [this](auto& actor) { return is_nowhere(actor); });
  transmit(asker, std::move(told));
}

void mobility::answer_own_question() {
  const auto own = census_.asked().find(self_);
  if (own == census_.asked().end())
    return;
  const auto q = own->second;
  census_.answered(self_, q.number);
  for (auto& actor : q.actors)
    if (is_nowhere(actor))
      close_channels(actor);
  end_of_asking();
}

// One that has ended and still owes something to others is somewhere.
bool mobility::is_nowhere(const actor_id& actor) const {
  return !find(actor) && is_dead(actor);
}

// Whether it is certain that the actor is nowhere in this view.
bool mobility::is_lost(const actor_id& actor) const {
  if (actor.kind() == actor_kind::service)
    return view_.has_lost({actor.high});
  if (find(actor) || target_.expects(actor) || directory_.find(actor)
      || directory_.home(actor) != self_)
    return false;
  if (!census_.is_complete() && !faults_.hasty_census)
    return false;
  const bool own = node_id{actor.high} == self_;
  return faults_.unborn_are_lost || census_.covers(actor)
         || (own && actor.kind() == actor_kind::stateful
             && actor.counter() <= births_);
}

// The actor is nowhere: whoever here has sent to it hears so.
void mobility::close_channels(const actor_id& actor) {
  for (auto& [id, r] : residents_)
    if (!r->frozen)
      close_channel(*r, actor, 0);
}

} // namespace tern
