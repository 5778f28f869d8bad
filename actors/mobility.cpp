// One node's part in everything that concerns stateful actors, as one machine:
// events in, instructions out. This file takes the events apart; the rest is
//
//   mobility_route.cpp    where messages go, and what is told to whom
//   mobility_channel.cpp  sending, receiving, handlers, acks
//   mobility_end.cpp      actors that end
//   mobility_move.cpp     both sides of a move, orders
//   mobility_census.cpp   what a new view means for all of this
//   mobility_leave.cpp    what a node does before it goes
//
// Why one machine for a node, and not one for each protocol: the mistakes of
// such systems lie between the protocols (an ack that arrives while its sender
// moves, a message for an actor that is being restored). Here all of that is
// in the part that the simulator runs, and the shells have nothing to decide.
//
// Every event is carried out to its end before the next, so there are no
// states in between that anyone could see.
#include "actors/mobility.hpp"

#include <algorithm>
#include <utility>

namespace tern {

mobility::mobility(node_id self, mobility_options options,
                   mobility_faults planted)
  : self_(self), options_(options), faults_(planted),
    directory_(self, options.cache_limit),
    target_(options.migration, options.parking, planted.target) {
  view_.id = {self, 1};
  view_.members = {self};
  last_loss_ = {self, 0};
  directory_.set_view(view_.members);
  census_.begin(view_, self, 0);
}

mobility::~mobility() = default;

template <class Event>
void mobility::carry_out(Event& e, mobility_outputs& out) {
  out_ = &out;
  on(e);
  bury();
  out_ = nullptr;
}

void mobility::handle(mobility_input event, mobility_outputs& out) {
  std::visit([&](auto& e) { carry_out(e, out); }, event);
}

void mobility::handle(mobility_event::handled& e, mobility_outputs& out) {
  carry_out(e, out);
}

void mobility::handle(mobility_event::received& e, mobility_outputs& out) {
  carry_out(e, out);
}

void mobility::handle(mobility_event::posted& e, mobility_outputs& out) {
  carry_out(e, out);
}

void mobility::handle(mobility_event::spawned& e, mobility_outputs& out) {
  carry_out(e, out);
}

std::size_t mobility::room(const actor_id& from, const actor_id& to) const {
  const auto r = residents_.find(from);
  if (r == residents_.end())
    return 0;
  const auto half = r->second->sending.find(to);
  return half == r->second->sending.end() ? options_.channel.window
                                          : half->second.room(options_.channel);
}

std::size_t mobility::free(const actor_id& from) const {
  const auto* r = find(from);
  return r ? free(*r) : 0;
}

std::size_t mobility::free(const resident& r) const noexcept {
  const std::size_t window = options_.channel.window;
  return window > r.kept ? window - r.kept : 0;
}

bool mobility::runs_here(const actor_id& actor) const {
  const auto r = residents_.find(actor);
  return r != residents_.end() && !r->second->frozen && !r->second->ended;
}

std::optional<wait_report> mobility::inspect(const actor_id& actor) const {
  const auto* r = find(actor);
  if (!r)
    return {};
  wait_report out;
  out.actor = actor;
  out.node = self_;
  out.type = r->type;
  out.epoch = r->epoch;
  out.mailbox = r->mailbox.size();
  using enum actor_activity;
  out.activity = r->ended     ? ending
                 : r->frozen  ? moving
                 : r->busy    ? running
                 : r->resting ? resting
                              : idle;
  return out;
}

std::optional<location> mobility::believed(const actor_id& actor) const {
  if (is_dead(actor))
    return {};
  const auto r = residents_.find(actor);
  return r != residents_.end() ? location{self_, r->second->epoch}
                               : directory_.find(actor);
}

std::size_t mobility::parked(const actor_id& actor) const {
  const auto r = residents_.find(actor);
  return target_.parked(actor)
         + (r == residents_.end() ? 0 : r->second->held.size());
}

resident* mobility::find(const actor_id& actor) {
  const auto r = residents_.find(actor);
  return r == residents_.end() ? nullptr : r->second.get();
}

const resident* mobility::find(const actor_id& actor) const {
  const auto r = residents_.find(actor);
  return r == residents_.end() ? nullptr : r->second.get();
}

void mobility::on(mobility_event::register_type& e) {
  types_.insert(std::move(e.name));
}

void mobility::on(mobility_event::spawned& e) {
  auto r = std::make_unique<resident>(e.actor);
  r->type = kept_name(std::move(e.type));
  r->pinned = e.pinned;
  r->runner = e.runner;
  r->checked = view_.id;
  if (e.actor.kind() == actor_kind::stateful && e.actor.high == self_.value)
    births_ = std::max(births_, e.actor.counter());
  auto& there = *residents_.emplace(e.actor, std::move(r)).first->second;
  report(there);
}

// Many actors have one type.
std::string_view mobility::kept_name(std::string type) {
  return *type_names_.insert(std::move(type)).first;
}

void mobility::on(mobility_event::posted& e) {
  if (auto* r = find(e.from))
    send(*r, std::move(e.message));
}

void mobility::on(mobility_event::asked& e) {
  const auto place = queries_.try_emplace(e.number, open_query{e.actor}).first;
  ask_place(e.number, place->second);
}

// Nothing is believed of a node that is not in the view.
void mobility::on(mobility_event::received& e) {
  if (!directory_.in_view(e.from) && !faults_.hear_the_lost)
    return;
  std::visit([&](auto& m) { take(e.from, m); }, e.message);
}

void mobility::on(mobility_event::timed_out& e) {
  using kind = mobility_timer::kind;
  const auto& t = e.timer;
  auto* r = find(t.actor);
  switch (t.what) {
  case kind::channel:
    return on_channel_timer(t);
  case kind::source:
    if (r && r->move && r->move->epoch() == t.number)
      on_source_timer(*r, t.generation);
    return;
  case kind::arrival: {
    const attempt_id attempt{t.actor, static_cast<std::uint32_t>(t.number)};
    target_.on_timer(attempt, t.generation); // the source will ask
    return;
  }
  case kind::report:
    if (r && !r->reported && r->epoch == t.number)
      report(*r);
    else if (!r)
      report_dead(t.actor);
    return;
  case kind::order:
    if (const auto o = orders_.find(t.number); o != orders_.end())
      ask_order(t.number, o->second);
    return;
  case kind::order_nudge:
    if (const auto o = orders_.find(t.number); o != orders_.end())
      send_order(t.number, o->second);
    return;
  case kind::wake:
    return on_wake_timer(t);
  case kind::census:
    return on_census_timer(t);
  case kind::installed:
    if (r && r->came_from && r->epoch == t.number)
      say_installed(*r);
    return;
  case kind::query:
    if (const auto q = queries_.find(t.number); q != queries_.end())
      ask_place(t.number, q->second);
    return;
  }
}

} // namespace tern
