// Carries out what the two sides of a move say (migration.cpp), and keeps the
// orders: one at a time for an actor, the others wait and go along with it.
//
// An order is asked again until it is answered, since both the order and its
// answer may be lost; so an actor remembers its last orders and answers one
// that it knows with what became of it. The order that an actor just carries
// out is shipped as one that succeeded: if the state is ever used, it did.
#include "actors/mobility.hpp"

#include <algorithm>
#include <utility>

namespace tern {

void mobility::arm_again(mobility_timer t, std::uint32_t tries) {
  const auto delay = std::min(options_.ask_again * (1u << std::min(tries, 10u)),
                              options_.ask_limit);
  say(instruction::arm{t, delay});
}

// --- orders, where they are given

void mobility::on(mobility_event::ordered& e) {
  const auto place =
      orders_.try_emplace(e.number, open_order{e.actor, e.target}).first;
  ask_order(e.number, place->second);
}

void mobility::ask_order(std::uint64_t number, open_order& o) {
  if (o.tries == options_.ask_tries) {
    say(instruction::order_done{number, {false, {}, 0, "no answer"}});
    orders_.erase(number);
    return;
  }
  arm_again({mobility_timer::kind::order, {}, {}, number, 0}, o.tries++);
  send_order(number, o);
}

void mobility::send_order(std::uint64_t number, const open_order& o) {
  routed_message m;
  m.kind = message_kind::order_migration;
  m.head.to = o.actor;
  m.origin = self_;
  m.number = number;
  m.target = o.target;
  route(std::move(m)); // may be answered in this call
}

// Somebody dropped the order and said so: asked again soon, beside the timer.
void mobility::nudge_order(std::uint64_t number) {
  const auto o = orders_.find(number);
  if (o == orders_.end())
    return;
  const auto delay =
      options_.channel.nudge * (1u << std::min(o->second.drops++, 16u));
  if (delay < options_.ask_again)
    say(instruction::arm{{mobility_timer::kind::order_nudge, {}, {}, number, 0},
                         delay});
}

void mobility::take(node_id, order_answer& m) {
  if (orders_.erase(m.number) != 0)
    say(instruction::order_done{m.number, std::move(m.outcome)});
}

void mobility::ask_place(std::uint64_t number, open_query& q) {
  const auto actor = q.actor;
  const auto home = directory_.home(actor);
  const bool mine = is_here(actor) || home == self_;
  if (mine || q.tries == options_.ask_tries) {
    const auto known = mine ? believed(actor) : std::nullopt;
    say(instruction::located{number, known.value_or(location{})});
    queries_.erase(number);
    return;
  }
  arm_again({mobility_timer::kind::query, {}, {}, number, 0}, q.tries++);
  transmit(home, location_query{actor});
}

// --- orders, where the actor is

void mobility::accept_order(resident& r, const migration_order& order) {
  for (auto& f : r.finished)
    if (f.order.same(order))
      return answer_order(order, f.outcome);
  const bool waits = std::any_of(r.orders.begin(), r.orders.end(),
                                 [&](auto& o) { return o.same(order); });
  if (waits || (r.move && r.order.same(order)))
    return;
  if (r.pinned)
    return answer_order(order, {false, self_, r.epoch, "it is pinned"});
  if (r.orders.size() >= options_.waiting_orders)
    return answer_order(order, {false, self_, r.epoch, "too many orders"});
  r.orders.push_back(order);
  next_order(r);
}

void mobility::next_order(resident& r) {
  while (!r.move && !r.ended && !r.orders.empty()) {
    r.order = r.orders.front();
    r.orders.pop_front();
    const auto target = r.order.target;
    if (target == self_) {
      finish_order(r, {true, self_, r.epoch, {}});
    } else if (!directory_.in_view(target)) {
      finish_order(r, {false, self_, r.epoch, "not a node of the view"});
    } else {
      r.move = std::make_unique<migration_source>(target, options_.migration);
      carry_out(r, r.move->start(++r.last_epoch));
    }
  }
}

void mobility::finish_order(resident& r, const migration_outcome& outcome) {
  answer_order(r.order, outcome);
  r.finished.push_back({r.order, outcome});
  if (r.finished.size() > options_.finished_orders)
    r.finished.pop_front();
}

void mobility::answer_order(const migration_order& order,
                            const migration_outcome& outcome) {
  order_answer answer{order.number, outcome};
  if (order.asker == self_)
    take(self_, answer);
  else
    transmit(order.asker, std::move(answer));
}

// --- the source

void mobility::on_source_timer(resident& r, std::uint64_t generation) {
  using phase = migration_source::phase;
  const bool late = r.move->undecided();
  auto steps = r.move->on_timer(generation);
  if (faults_.resume_on_timeout && late && r.move->now() == phase::asking)
    steps = r.move->on_aborted(r.move->epoch(), "guessed");
  carry_out(r, std::move(steps));
}

void mobility::carry_out(resident& r, source_instructions steps) {
  using kind = source_instruction::kind;
  for (auto& step : steps) {
    const auto target = r.move->target();
    const attempt_id attempt{r.id, r.move->epoch()};
    switch (step.what) {
    case kind::send_prepare:
      transmit(target, migrate_prepare{attempt, std::string{r.type},
                                       r.state_bytes, view_.id});
      break;
    case kind::freeze:
      if (!r.busy)
        freeze(r);
      break;
    case kind::send_state:
      send_state(r);
      if (faults_.free_early)
        return release(r, {target, attempt.epoch});
      break;
    case kind::send_abort:
      transmit(target, migrate_abort{attempt});
      break;
    case kind::resume:
      thaw(r);
      break;
    case kind::again:
      ++count_.moves_failed;
      carry_out(r, r.move->start(++r.last_epoch));
      break;
    case kind::release:
      return release(r, {target, attempt.epoch}); // r is gone
    case kind::finish:
      if (step.why.empty()) {
        finish_order(r, {true, target, attempt.epoch, {}});
        break;
      }
      ++count_.moves_failed;
      finish_order(r, {false, self_, r.epoch, step.why});
      r.move.reset();
      pump(r); // it may have been about to end
      return next_order(r);
    case kind::arm:
      say(instruction::arm{{mobility_timer::kind::source,
                            r.id,
                            {},
                            attempt.epoch,
                            step.generation},
                           step.delay});
      break;
    }
  }
}

// Between two handlers.
void mobility::freeze(resident& r) {
  if (r.frozen)
    return;
  r.busy = true; // acks to itself must not start a handler
  flush_acks(r);
  r.busy = false;
  r.frozen = true;
  say(instruction::save{r.instance(), r.move->epoch()});
}

void mobility::on(mobility_event::saved& e) {
  auto* r = find(e.instance.actor);
  if (!r || r->epoch != e.instance.epoch || !r->frozen || !r->move
      || r->move->epoch() != e.attempt)
    return;
  if (!e.why.empty())
    return carry_out(*r, r->move->on_unsavable(e.why));
  r->snapshot = std::move(e.snapshot);
  r->state_bytes = r->snapshot.size();
  carry_out(*r, r->move->on_frozen(r->state_bytes));
}

void mobility::send_state(resident& r) {
  const attempt_id attempt{r.id, r.move->epoch()};
  migrate_state m{attempt, r.image(), view_.id};
  m.state.finished.push_back(
      {r.order, {true, r.move->target(), attempt.epoch, {}}});
  if (faults_.forget_mailbox)
    m.state.mailbox.clear();
  if (faults_.forget_unacked)
    for (auto& s : m.state.sending)
      s.half.kept.clear();
  if (faults_.forget_receiving)
    m.state.receiving.clear();
  transmit(r.move->target(), std::move(m));
}

// It stays: what came meanwhile is taken in.
void mobility::thaw(resident& r) {
  if (!r.frozen)
    return;
  r.frozen = false;
  r.snapshot = {};
  for (auto& m : std::exchange(r.held, {}))
    accept(r, m);
  for (auto* channel : in_order(r.sending)) {
    channel->second.disarm(); // its timer may have passed while frozen
    arm_channel(r, channel->first, channel->second);
  }
  pump(r);
  if (must_ask(r)) {
    ask_for(r);
    speak_for_census();
    if (census_.asked().empty())
      r.checked = view_.id;
  }
}

// A target in an older view might hand it on to a node that is out of this one,
// where the census would miss it.
void mobility::hear_installed(resident& r) {
  r.installed_there = r.move->epoch();
  if (census_.has_reported(r.move->target()))
    carry_out(r, r.move->on_installed(r.move->epoch()));
}

// What it has installed while it was in an older view.
void mobility::let_go_to(node_id target) {
  std::vector<actor_id> there;
  for (auto& [actor, r] : residents_)
    if (r->move && r->move->target() == target && r->move->undecided()
        && r->installed_there == r->move->epoch())
      there.push_back(actor);
  std::ranges::sort(there);
  for (auto& actor : there)
    if (auto* r = find(actor))
      carry_out(*r, r->move->on_installed(r->move->epoch()));
}

// It is gone: what came meanwhile follows it.
void mobility::release(resident& r, const location& where) {
  const auto actor = r.id;
  transmit(where.node, migrate_released{{actor, where.epoch}});
  auto held = std::move(r.held);
  say(instruction::discard{r.instance()});
  ++count_.moved_out;
  arm_senders(r);
  residents_.erase(actor);
  directory_.learn(actor, where);
  for (auto& m : held)
    forward(m);
}

void mobility::take(node_id, migrate_prepared& m) {
  if (auto* r = find(m.attempt.actor); r && r->move)
    carry_out(*r, r->move->on_prepared(m.attempt.epoch, m.refusal));
}

// What is not being decided here any more was released.
void mobility::take(node_id from, migrate_installed& m) {
  auto* r = find(m.attempt.actor);
  if (r && r->move && r->move->undecided()
      && r->move->epoch() == m.attempt.epoch)
    hear_installed(*r);
  else
    transmit(from, migrate_released{m.attempt});
}

void mobility::take(node_id from, migrate_released& m) {
  if (auto* r = find(m.attempt.actor);
      r && r->epoch == m.attempt.epoch && r->came_from == from)
    start(*r);
}

void mobility::take(node_id, migrate_aborted& m) {
  if (auto* r = find(m.attempt.actor); r && r->move)
    carry_out(*r, r->move->on_aborted(m.attempt.epoch, m.why));
}

// --- the target

void mobility::take(node_id from, migrate_prepare& m) {
  if (m.view != view_.id && !faults_.any_view)
    return; // it asks again, and by then the views are the same
  const auto actor = m.attempt.actor;
  std::string obstacle;
  if (is_here(actor))
    obstacle = "it is here";
  else if (leaving_ && !faults_.take_when_leaving)
    obstacle = "its target is leaving the cluster";
  else if (!types_.contains(m.type))
    obstacle = "no type " + m.type + " here";
  carry_out(from, m.attempt, target_.on_prepare(from, m, obstacle));
}

void mobility::take(node_id from, migrate_state& m) {
  if (m.view != view_.id && !faults_.any_view)
    return carry_out(from, m.attempt, target_.on_abort(m.attempt));
  const auto type = m.state.type;
  const auto snapshot = m.state.snapshot;
  auto answer = target_.on_state(from, m);
  if (answer.what == migration_target::answer::kind::restore)
    say(instruction::restore{m.attempt, type, snapshot, from});
  else
    carry_out(from, m.attempt, std::move(answer));
}

void mobility::take(node_id from, migrate_abort& m) {
  carry_out(from, m.attempt, target_.on_abort(m.attempt));
}

void mobility::on(mobility_event::restored& e) {
  auto answer = target_.on_restored(e.attempt, e.why);
  if (answer.what == migration_target::answer::kind::run) {
    install(e, std::move(answer));
    return decide_guest(e.attempt.actor);
  }
  say(instruction::discard{{e.attempt.actor, e.attempt.epoch}});
  const auto source = answer.source;
  carry_out(source, e.attempt, std::move(answer));
  if (!source || !is_out(source))
    return;
  remember_dead(e.attempt.actor, {e.attempt.epoch, true, false, 0, {}});
  report_dead(e.attempt.actor); // this was all there was of it
  decide_guest(e.attempt.actor);
}

void mobility::carry_out(node_id to, const attempt_id& attempt,
                         migration_target::answer a) {
  using kind = migration_target::answer::kind;
  switch (a.what) {
  case kind::prepared:
    say(instruction::arm{{mobility_timer::kind::arrival,
                          attempt.actor,
                          {},
                          attempt.epoch,
                          a.generation},
                         options_.migration.arrival_timeout});
    return transmit(to, migrate_prepared{attempt, {}});
  case kind::refused:
    return transmit(to, migrate_prepared{attempt, a.why});
  case kind::installed:
    return transmit(to, migrate_installed{attempt});
  case kind::aborted:
    transmit(to, migrate_aborted{attempt, a.why});
    for (auto& m : a.parked)
      drop(m);
    return;
  case kind::nothing:
  case kind::restore:
  case kind::run:
    return;
  }
}

// The commit point: from here on it is here. It runs when the source has let go
// of it.
void mobility::install(const mobility_event::restored& e,
                       migration_target::answer a) {
  auto made = std::make_unique<resident>(e.attempt, *a.state);
  auto& r = *made;
  r.type = kept_name(std::move(a.state->type));
  r.runner = e.runner;
  residents_[r.id] = std::move(made);
  ++count_.moved_in;
  const bool ends =
      !r.mailbox.empty() && r.mailbox.front().what == mail::kind::ended;
  if (!ends && !faults_.no_arrival)
    r.mailbox.push_front({mail::kind::arrived, {}, 0, 0, 0, 0, {}});
  r.frozen = true;
  r.came_from = a.source;
  report(r);
  for (auto& m : a.parked)
    accept(r, m);
  if (!is_out(a.source))
    say_installed(r);
  if (is_out(a.source) || faults_.run_early)
    start(r);
}

// Until it is released; but one that is out keeps silent, for the others may
// have gone on without what it has.
void mobility::say_installed(resident& r) {
  if (!view_.has(r.came_from))
    return;
  transmit(r.came_from, migrate_installed{{r.id, r.epoch}});
  arm_again({mobility_timer::kind::installed, r.id, {}, r.epoch, 0},
            r.installed_tries++);
}

void mobility::start(resident& r) {
  r.came_from = {};
  say(instruction::resumed{r.instance()});
  thaw(r);
  next_order(r);
}

} // namespace tern
