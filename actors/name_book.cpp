// Names of actors. Nobody is in charge: a name has a home, the node of the view
// with the highest hash of {name, node}, and a keeper, the node where it was
// registered. The keeper watches the actor, and reports the name to its home
// anew in each view; the home decides who has it.
//
//   client's node         home                     keeper
//      -- claim -->         free: granted, and the client's node keeps it
//                           taken: -- check -->      is the actor alive?
//                                  <-- alive --      the claim is refused
//                                  <-- freed --      the claim is granted
//      -- look -->          told
//      -- release -->       -- drop -->              forgets it
//      <-- told --          <-- freed --
//
// Why a name has one actor in a view, and a free one is nobody's:
//
//  1. All messages name the view of their sender, and are heard in no other.
//     Who is in a later view already is heard once this node is there, too;
//     what came of an earlier one is of no use.
//  2. A home starts each view with nothing. It answers when all members have
//     reported what they keep; until then requests wait. So it knows of every
//     name that was granted, but for those whose answer did not arrive in the
//     view before: that is as if they had not been asked for. Who asked asks
//     anew in each view until it has an answer.
//  3. A claim of a name that is taken waits until its keeper has asked the
//     actor: who has heard of an actor's end can have its name at once.
//  4. A release is answered when the keeper has let go, for a keeper that had
//     not would report the name in the next view.
//
// If the keeper dies, the home of the view before keeps the name from there
// on. If both die at once the name is free, though its actor may live.
//
// When groups meet, a name may have an actor in each. The one with the lower
// id keeps it, and the keeper of the other hears that it is lost.
#include "actors/name_book.hpp"

#include "actors/api/message_types.hpp"
#include "actors/directory.hpp"

#include <algorithm>

namespace tern {

namespace {

/// So many fit in any message.
constexpr std::size_t records_a_report = 1000;

bool is_sound(const name_record& r) {
  return !r.name.empty() && r.name.size() <= name_size_limit;
}

failure out_of_view() {
  return {failure_kind::unreachable,
          "the others go on without this node: it has no names"};
}

} // namespace

node_id name_book::home_of_name(const std::string& name, const view& v) {
  const auto hash = detail::hash_of(name);
  constexpr auto keyed = static_cast<std::uint64_t>(actor_kind::keyed);
  return home_of({hash, keyed << actor_id::kind_shift}, v.members);
}

// -- events -------------------------------------------------------------------

name_book::instructions name_book::on_view(const view& v) {
  if (v.id == view_.id && v.members == view_.members)
    return {};
  view_ = v;
  probes_.clear();
  if (v.has(self_))
    adopt_orphans();
  entries_.clear();
  waiting_.clear();
  own_.clear();
  missing_ = {v.members.begin(), v.members.end()};
  std::erase_if(early_, [&](auto& e) { return !v.has(e.first); });
  if (!v.has(self_)) {
    for (const auto& [client, r] : std::exchange(open_, {}))
      out_.push_back(answer{client, tl::make_unexpected(out_of_view())});
    return finish();
  }
  give_reports();
  for (const auto& [client, r] : open_)
    send(home_of_name(r.record.name, view_), r.what, client, {r.record});
  for (const auto node : view_.members) {
    const auto found = early_.find(node);
    if (found == early_.end() || found->second.view != v.id)
      continue;
    const auto came = std::move(found->second.messages);
    early_.erase(found);
    for (auto m : came)
      take(node, m);
  }
  return finish();
}

name_book::instructions name_book::on_message(node_id from, name_message m) {
  if (m.what > kind::lost || !std::ranges::all_of(m.records, is_sound))
    return {};
  if (m.view == view_.id) {
    take(from, m);
    return finish();
  }
  auto& e = early_[from];
  if (e.view != m.view)
    e = {m.view, {}};
  e.messages.push_back(std::move(m));
  return {};
}

name_book::instructions name_book::on_register(std::uint64_t client,
                                               name_record record) {
  ask(client, {kind::claim, std::move(record)});
  return finish();
}

name_book::instructions name_book::on_whereis(std::uint64_t client,
                                              const std::string& name,
                                              const std::string& type) {
  ask(client, {kind::look, {name, {}, type}});
  return finish();
}

name_book::instructions name_book::on_unregister(std::uint64_t client,
                                                 const std::string& name) {
  ask(client, {kind::release, {name, {}, {}}});
  return finish();
}

name_book::instructions name_book::on_ended(const actor_id& actor) {
  std::vector<name_record> gone;
  for (const auto& [name, r] : kept_)
    if (r.actor == actor)
      gone.push_back(r);
  for (const auto& r : gone)
    keep_no_more(r);
  return finish();
}

name_book::instructions name_book::on_alive(std::uint64_t number) {
  if (const auto found = probes_.extract(number);
      found && keeps(found.mapped()))
    send(home_of_name(found.mapped().name, view_), kind::alive, 0,
         {found.mapped()});
  return finish();
}

// -- ways ---------------------------------------------------------------------

// What it says to itself is done within the event.
name_book::instructions name_book::finish() {
  while (!own_.empty())
    for (auto& m : std::exchange(own_, {}))
      take(self_, m);
  return std::exchange(out_, {});
}

void name_book::send(node_id to, kind what, std::uint64_t number,
                     std::vector<name_record> records) {
  name_message m{what, view_.id, number, std::move(records)};
  if (to == self_)
    own_.push_back(std::move(m));
  else if (to)
    out_.push_back(transmit{to, std::move(m)});
}

void name_book::take(node_id from, name_message& m) {
  if (m.what == kind::report)
    return take_report(from, m);
  if (m.what == kind::granted || m.what == kind::told
      || m.what == kind::refused)
    return take_answer(m);
  if (m.records.empty())
    return; // of a stranger
  const auto& r = m.records.front();
  switch (m.what) {
  case kind::freed:
    return take_freed(from, r);
  case kind::alive:
    return take_alive(r);
  case kind::drop:
    if (keeps(r))
      keep_no_more(r);
    else
      send(from, kind::freed, 0, {r});
    return;
  case kind::check:
    if (!keeps(r))
      return send(from, kind::freed, 0, {r});
    probes_.emplace(++last_probe_, r);
    out_.push_back(probe{r.actor, last_probe_});
    return;
  case kind::lost:
    if (m.records.size() == 2 && keeps(r)) {
      keep_no_more(r);
      if (m.records[1].actor != r.actor)
        out_.push_back(lost{r, m.records[1].actor});
    }
    return;
  default:
    return take_request({from, std::move(m)});
  }
}

// -- for the clients of this node ---------------------------------------------

void name_book::ask(std::uint64_t client, request r) {
  if (!is_sound(r.record)) {
    out_.push_back(answer{
        client,
        fail(failure_kind::refused,
             "a name has 1 to " + std::to_string(name_size_limit) + " bytes")});
  } else if (r.what == kind::claim
             && r.record.actor.kind() == actor_kind::none) {
    out_.push_back(
        answer{client, fail(failure_kind::refused,
                            "the name " + r.record.name + " for a null ref")});
  } else if (!view_.has(self_)) {
    out_.push_back(answer{client, tl::make_unexpected(out_of_view())});
  } else {
    send(home_of_name(r.record.name, view_), r.what, client, {r.record});
    open_.emplace(client, std::move(r));
  }
}

void name_book::take_answer(const name_message& m) {
  const auto found = open_.find(m.number);
  if (found == open_.end())
    return;
  const auto r = std::move(found->second);
  open_.erase(found);
  const auto say = [&](result<actor_id> said) {
    out_.push_back(answer{m.number, std::move(said)});
  };
  if (m.what == kind::granted) {
    keep(r.record);
    return say(r.record.actor);
  }
  const auto* has = m.records.empty() ? nullptr : &m.records.front();
  if (m.what == kind::refused)
    return say(fail(failure_kind::refused,
                    "the name " + r.record.name + " is taken by "
                        + (has ? to_string(has->actor) : "another actor")));
  if (r.what != kind::look)
    return say(r.record.actor);
  if (!has)
    return say(fail(failure_kind::not_found,
                    "no actor has the name " + r.record.name));
  if (has->type != r.record.type)
    return say(fail(failure_kind::refused, "the name " + r.record.name
                                               + " is that of a " + has->type
                                               + ", no " + r.record.type));
  say(has->actor);
}

// -- as a keeper --------------------------------------------------------------

bool name_book::keeps(const name_record& r) const {
  const auto found = kept_.find(r.name);
  return found != kept_.end() && found->second.actor == r.actor;
}

void name_book::keep(const name_record& r) {
  if (kept_.insert_or_assign(r.name, r).second)
    out_.push_back(watch{r.actor});
}

void name_book::keep_no_more(const name_record& r) {
  kept_.erase(r.name);
  if (std::ranges::none_of(kept_,
                           [&](auto& k) { return k.second.actor == r.actor; }))
    out_.push_back(unwatch{r.actor});
  send(home_of_name(r.name, view_), kind::freed, 0, {r});
}

// To every member, also if there is nothing to say.
void name_book::give_reports() {
  std::map<node_id, std::vector<name_record>> all;
  for (const auto& [name, r] : kept_) {
    const auto home = home_of_name(name, view_);
    auto& some = all[home];
    some.push_back(r);
    if (some.size() == records_a_report)
      send(home, kind::report, 1, std::exchange(some, {}));
  }
  for (const auto home : view_.members)
    send(home, kind::report, 0, std::move(all[home]));
}

// Before a view counts: what this node knows as the home in the last one.
void name_book::adopt_orphans() {
  for (const auto& [name, e] : entries_)
    if (!view_.has(e.keeper) && e.releases.empty() && !kept_.contains(name))
      keep(e.record);
}

// -- as a home ----------------------------------------------------------------

void name_book::take_report(node_id from, const name_message& m) {
  if (!missing_.contains(from))
    return;
  for (const auto& r : m.records)
    enter(from, r);
  if (m.number != 0)
    return;
  missing_.erase(from);
  if (is_ready())
    for (auto& a : std::exchange(waiting_, {}))
      take_request(std::move(a));
}

void name_book::enter(node_id keeper, const name_record& r) {
  const auto [found, is_new] = entries_.try_emplace(r.name, entry{r, keeper});
  if (is_new)
    return;
  auto& e = found->second;
  if (r.actor < e.record.actor) {
    send(e.keeper, kind::lost, 0, {e.record, r});
    e = {r, keeper};
  } else {
    send(keeper, kind::lost, 0, {r, e.record});
  }
}

void name_book::take_request(asked a) {
  auto& [from, m] = a;
  const auto& r = m.records.front();
  const auto found = entries_.find(r.name);
  const bool is_free = found == entries_.end();
  if (!is_ready()) {
    waiting_.push_back(std::move(a));
  } else if (m.what == kind::look) {
    send(from, kind::told, m.number,
         is_free ? std::vector<name_record>{}
                 : std::vector{found->second.record});
  } else if (m.what == kind::release) {
    if (is_free)
      return send(from, kind::told, m.number, {});
    auto& e = found->second;
    if (e.releases.empty())
      send(e.keeper, kind::drop, 0, {e.record});
    e.releases.push_back(std::move(a));
  } else if (is_free) {
    entries_.emplace(r.name, entry{r, from});
    send(from, kind::granted, m.number, {});
  } else {
    auto& e = found->second;
    if (e.releases.empty() && e.record.actor == r.actor)
      return send(from, kind::told, m.number, {});
    e.later.push_back(std::move(a));
    check(e);
  }
}

// One question at a time. An answer counts for the claims that came before the
// question; if the name is to be free anyway there is nothing to ask.
void name_book::check(entry& e) {
  if (!e.claims.empty() || e.later.empty() || !e.releases.empty())
    return;
  e.claims.swap(e.later);
  send(e.keeper, kind::check, 0, {e.record});
}

void name_book::take_alive(const name_record& r) {
  const auto found = entries_.find(r.name);
  if (found == entries_.end() || found->second.record.actor != r.actor)
    return;
  auto& e = found->second;
  for (const auto& [who, m] : std::exchange(e.claims, {}))
    send(who, kind::refused, m.number, {e.record});
  check(e);
}

void name_book::take_freed(node_id from, const name_record& r) {
  const auto found = entries_.find(r.name);
  if (found == entries_.end() || found->second.keeper != from
      || found->second.record.actor != r.actor)
    return;
  auto e = std::move(found->second);
  entries_.erase(found);
  for (const auto& [who, m] : e.releases)
    send(who, kind::told, m.number, {});
  for (auto* claims : {&e.claims, &e.later})
    for (auto& a : *claims)
      take_request(std::move(a));
}

} // namespace tern
