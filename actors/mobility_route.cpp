// Where a message for an actor goes. The rules, in order:
//
//   the actor is here                      -> it gets it
//   it is expected here                    -> parked (bounded)
//   it is known to have ended              -> the origin told
//   this node sends: by cache, else home   -> transmitted
//   this node forwards: only to a younger location than the sender knew, or
//     to its home if nobody asked that yet -> transmitted, the origin told
//   else                                   -> dropped, the origin told
//
// "Younger than the sender knew" keeps a message from walking in circles of
// old beliefs; two hops are the bound in any case. Whoever drops a message
// says what he knows to the node where it began; there its channel sends it
// again, soon, by the better way.
#include "actors/mobility.hpp"

#include <utility>

namespace tern {

// To nobody, from a node that is in no view any more: it has no homes.
void mobility::transmit(node_id to, mobile_message m) {
  if (to)
    say(instruction::transmit{to, std::move(m)});
}

// A message that begins here.
void mobility::route(routed_message m) {
  const auto to = m.head.to;
  if (auto* r = find(to))
    return accept(*r, m);
  if (target_.expects(to)) {
    if (target_.park(to, m))
      ++count_.parked;
    else
      drop(m);
    return;
  }
  if (is_dead(to))
    return tell_ended(m);
  // Late news may say that it is here; it was.
  const auto known = directory_.find(to);
  const bool elsewhere = known && known->node != self_;
  const auto next = elsewhere ? known->node : directory_.home(to);
  if (!next || next == self_)
    return drop(m);
  m.head.epoch = known ? known->epoch : 0;
  transmit(next, std::move(m));
}

// A message that came from another node.
void mobility::take(node_id, routed_message& m) {
  if (!directory_.in_view(m.origin) && !faults_.hear_the_lost)
    return;
  if (m.kind != message_kind::order_migration)
    learn(m.head.from, {m.origin, m.origin_epoch});
  const auto to = m.head.to;
  if (auto* r = find(to))
    return accept(*r, m);
  if (!target_.expects(to))
    return forward(m);
  if (target_.park(to, m))
    ++count_.parked;
  else
    drop(m);
}

void mobility::forward(routed_message& m) {
  const auto to = m.head.to;
  if (is_dead(to))
    return tell_ended(m);
  const auto known = directory_.find(to);
  const auto home = directory_.home(to);
  if (m.head.hops >= options_.hop_limit && !faults_.no_hop_limit)
    return drop(m);
  auto next = home;
  if (known && known->node != self_ && known->epoch > m.head.epoch) {
    if (m.origin != self_)
      transmit(m.origin,
               location_update{to, known->node, known->epoch, false, {}});
    m.head.epoch = known->epoch;
    next = known->node;
  } else if (!home || home == self_ || m.head.hops > 0) {
    return drop(m);
  }
  ++m.head.hops;
  ++count_.forwarded;
  transmit(next, std::move(m));
}

void mobility::drop(const routed_message& m) {
  ++count_.dropped;
  if (m.kind == message_kind::channel_ack)
    return; // it is said again when it is missed
  location_answer told{m.head.to, {}, m.head.epoch, {}, 0, 0};
  if (m.kind == message_kind::order_migration) {
    told.dropped_order = m.number;
  } else {
    told.dropped_from = m.head.from;
    told.dropped_channel = m.number;
  }
  if (const auto known = directory_.find(m.head.to);
      known && known->epoch > m.head.epoch) {
    told.node = known->node;
    told.epoch = known->epoch;
  }
  if (m.origin == self_)
    take(self_, told);
  else
    transmit(m.origin, told);
}

// A fact about an actor. If it is frozen here and the fact is as young as the
// attempt, then that attempt was installed.
void mobility::learn(const actor_id& actor, const location& where) {
  note(actor, where);
  auto* r = find(actor);
  if (r && r->move && where.epoch >= r->move->epoch() && where.node != self_)
    hear_installed(*r);
}

// What a home believes of its own comes from reports alone.
void mobility::note(const actor_id& actor, const location& where) {
  if (faults_.late_location)
    directory_.drop(actor);
  const auto known = directory_.find(actor);
  if (known && known->epoch >= where.epoch)
    return;
  if (directory_.home(actor) != self_ || faults_.keep_claims)
    directory_.learn(actor, where);
}

// Tells an actor's home that it is here, until home has answered.
void mobility::report(resident& r) {
  const auto home = directory_.home(r.id);
  if (r.id.kind() == actor_kind::service || !home) {
    r.reported = true;
    return;
  }
  if (home == self_) {
    directory_.learn(r.id, {self_, r.epoch});
    r.reported = true;
    return;
  }
  transmit(home, location_update{r.id, self_, r.epoch, false, view_.id});
  if (!faults_.report_once)
    arm_again({mobility_timer::kind::report, r.id, {}, r.epoch, 0},
              r.report_tries++);
}

void mobility::take(node_id from, location_update& m) {
  if (m.ended)
    return take_dead(from, m);
  learn(m.actor, {m.node, m.epoch});
  if (m.node != from || directory_.home(m.actor) != self_)
    return;
  if (m.view != view_.id)
    return; // it comes again
  directory_.learn(m.actor, {m.node, m.epoch});
  if (const auto known = directory_.find(m.actor))
    transmit(from,
             location_answer{m.actor, known->node, known->epoch, {}, 0, 0});
}

void mobility::take(node_id from, location_query& m) {
  location_answer told;
  told.actor = m.actor;
  told.ended = is_dead(m.actor);
  if (const auto known = believed(m.actor)) {
    told.node = known->node;
    told.epoch = known->epoch;
  }
  transmit(from, told);
}

// Whoever asked here for its place gets it.
void mobility::answer_queries(const actor_id& actor, const location& where) {
  for (auto q = queries_.begin(); q != queries_.end();) {
    if (q->second.actor != actor) {
      ++q;
      continue;
    }
    say(instruction::located{q->first, where});
    q = queries_.erase(q);
  }
}

void mobility::take(node_id from, location_answer& m) {
  if (m.ended)
    return take_dead(m);
  if (m.node)
    learn(m.actor, {m.node, m.epoch});
  else
    directory_.forget(m.actor, m.epoch);
  if (m.dropped_from.kind() != actor_kind::none)
    return nudge(m);
  if (m.dropped_order != 0)
    return nudge_order(m.dropped_order);
  if (auto* r = find(m.actor);
      r && m.epoch >= r->epoch && from == directory_.home(m.actor))
    r->reported = true;
  if (m.node)
    answer_queries(m.actor, {m.node, m.epoch});
}

} // namespace tern
