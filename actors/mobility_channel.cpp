// Between a handler's `send` and another one's `receive`: the channels of the
// actors that are here.
//
// A handler runs alone: `run` is said only when the last `handled` came. It may
// have several messages, so that a full mailbox costs few events; the shell
// gives back those that it did not get to. What handlers sent leaves when the
// last one ends. Acks are gathered, and go out when the mailbox is empty, after
// `ack_every` messages, and before a freeze; one per channel says all. What
// comes while an actor is frozen is held and either forwarded to where it runs
// next or taken in when it stays.
#include "actors/mobility.hpp"

#include <utility>

namespace tern {

void mobility::send(resident& r, outgoing_message m) {
  const auto [place, is_new] = r.sending.try_emplace(m.to, r.next_channel);
  if (is_new)
    ++r.next_channel;
  auto& half = place->second;
  if (half.room(options_.channel) == 0)
    return want_room(r, m.to);
  const auto& kept = half.push(m.cause, std::move(m.payload));
  ++r.kept;
  if (r.frozen || !dispatch(r, m.to, half, kept))
    arm_channel(r, m.to, half);
}

// True: its receiver is here and has it. So nothing can get lost, and nobody
// asks again, before one of them is elsewhere or has ended.
bool mobility::dispatch(resident& r, const actor_id& to,
                        const sending_half& half, const channel_message& m) {
  if (auto* here = find(to); here && !here->frozen && !here->ended) {
    accept_message(*here, {r.id, half.number()},
                   {m.sequence, m.cause, 0, m.payload});
    return true;
  }
  routed_message out;
  out.head.to = to;
  out.head.from = r.id;
  out.head.sequence = m.sequence;
  out.head.cause = m.cause;
  out.origin = self_;
  out.origin_epoch = r.epoch;
  out.number = half.number();
  out.payload = m.payload;
  out.last_words = r.ended;
  route(std::move(out));
  return false;
}

void mobility::arm_channel(resident& r, const actor_id& to,
                           sending_half& half) {
  if (const auto delay = half.arm(options_.channel))
    say(instruction::arm{{mobility_timer::kind::channel, r.id, to,
                          half.number(), half.generation()},
                         *delay});
}

// Those that are here: from now on they have to ask for what they sent to it.
void mobility::arm_senders(resident& r) {
  if (faults_.trust_the_gone)
    return;
  for (auto* channel : in_order(r.receiving)) {
    const auto& [sender, number] = channel->first;
    auto* from = find(sender);
    if (!from || from->frozen)
      continue; // it is armed where it runs next
    if (auto* half = open_half(*from, r.id, number))
      arm_channel(*from, r.id, *half);
  }
}

// The sending half to `to`, if that is still the channel of this number.
sending_half* mobility::open_half(resident& r, const actor_id& to,
                                  std::uint64_t channel) {
  const auto place = r.sending.find(to);
  return place == r.sending.end() || place->second.number() != channel
             ? nullptr
             : &place->second;
}

void mobility::on_channel_timer(const mobility_timer& t) {
  auto* r = find(t.actor);
  if (!r || r->frozen)
    return; // armed anew where it runs next
  auto* open = open_half(*r, t.peer, t.number);
  if (!open)
    return;
  auto& half = *open;
  auto todo = half.on_timer(t.generation, options_.channel);
  if (faults_.never_resend)
    todo.resend = 0;
  if (todo.lost_sight)
    if (const auto known = directory_.find(t.peer))
      directory_.forget(t.peer, known->epoch);
  // By value: on this node an ack may come back before the loop is through.
  const std::vector<channel_message> again(
      half.kept().begin(),
      half.kept().begin() + static_cast<std::ptrdiff_t>(todo.resend));
  for (auto& m : again) {
    ++count_.resent;
    dispatch(*r, t.peer, half, m);
  }
  arm_channel(*r, t.peer, half);
}

// Somebody dropped a message of this channel and said so.
void mobility::nudge(const location_answer& m) {
  auto* r = find(m.dropped_from);
  if (!r || r->frozen)
    return;
  auto* half = open_half(*r, m.actor, m.dropped_channel);
  if (!half)
    return;
  if (const auto delay = half->hurry(options_.channel))
    say(instruction::arm{{mobility_timer::kind::channel, r->id, m.actor,
                          half->number(), half->generation()},
                         *delay});
}

void mobility::accept(resident& r, routed_message& m) {
  if (r.ended && m.kind != message_kind::channel_ack)
    return tell_ended(m);
  if (r.frozen) {
    if (r.held.size() < options_.parking || faults_.target.unbounded_parking)
      r.held.push_back(std::move(m));
    else
      drop(m);
    return;
  }
  switch (m.kind) {
  case message_kind::channel_ack:
    return accept_ack(r, m.head.from, m.number, m.head.sequence);
  case message_kind::order_migration:
    return accept_order(r, {m.origin, m.number, m.target});
  default:
    return accept_message(
        r, {m.head.from, m.number},
        {m.head.sequence, m.head.cause, m.head.number, std::move(m.payload)});
  }
}

void mobility::accept_message(resident& r, const channel_end& end,
                              channel_message came) {
  auto& channel = *r.receiving.try_emplace(end, end.second).first;
  auto& half = channel.second;
  r.last_arrival = &channel;
  const auto deliver = [&](channel_message& next) {
    mail m{mail::kind::message,    end.first,  end.second,
           next.sequence,          next.cause, next.number,
           std::move(next.payload)};
    if (r.busy || r.frozen || r.resting || !r.mailbox.empty())
      r.mailbox.push_back(std::move(m));
    else
      run(r, std::move(m));
  };
  using verdict = receiving_half::verdict;
  const auto copy = faults_.no_order ? came : channel_message{};
  const auto found = half.accept(came, options_.channel);
  if (found == verdict::deliver) {
    deliver(came);
    while (auto next = half.take_next())
      deliver(*next);
  } else if (found == verdict::early) {
    if (faults_.no_order)
      r.mailbox.push_back({mail::kind::message, end.first, end.second,
                           copy.sequence, copy.cause, copy.number,
                           copy.payload});
  } else {
    ++count_.duplicates;
    if (faults_.no_dedup && found != verdict::beyond)
      deliver(came);
    if (found == verdict::handled)
      acknowledge(r, channel);
  }
  if (faults_.ack_on_arrival) {
    half.on_handled(half.save().delivered);
    acknowledge(r, channel);
  }
  pump(r);
}

void mobility::accept_ack(resident& r, const actor_id& from,
                          std::uint64_t channel, std::uint64_t handled) {
  auto* half = open_half(r, from, channel);
  if (!half)
    return;
  const auto before = half->kept().size();
  if (!half->acknowledge(handled))
    return;
  r.kept -= before - half->kept().size();
  if (r.ended)
    return bury_if_drained(r);
  give_room(r, from, *half);
  pump(r);
}

// A handler wanted to send and could not.
void mobility::want_room(resident& r, const actor_id& to) {
  const auto half = r.sending.find(to);
  if (half == r.sending.end())
    return;
  half->second.want_room();
  give_room(r, to, half->second); // acks may have come meanwhile
}

void mobility::give_room(resident& r, const actor_id& to, sending_half& half) {
  if (half.take_room(options_.channel))
    r.mailbox.push_back({mail::kind::writable, to, 0, 0, 0, 0, {}});
}

void mobility::acknowledge(resident& r, arriving_channel& channel) {
  auto& [end, half] = channel;
  half.take_due();
  if (auto* sender = find(end.first); sender && !sender->frozen)
    return accept_ack(*sender, r.id, end.second, half.handled());
  routed_message ack;
  ack.kind = message_kind::channel_ack;
  ack.head.to = end.first;
  ack.head.from = r.id;
  ack.head.sequence = half.handled();
  ack.origin = self_;
  ack.origin_epoch = r.epoch;
  ack.number = end.second;
  route(std::move(ack));
}

void mobility::flush_acks(resident& r) {
  r.handled_since_ack = 0;
  for (std::size_t i = 0; i < r.ack_due.size(); ++i)
    if (r.ack_due[i]->second.take_due())
      acknowledge(r, *r.ack_due[i]);
  r.ack_due.clear();
}

// Most find an empty mailbox, and so are the last that came.
arriving_channel* mobility::channel_of(resident& r, const channel_end& end) {
  if (r.last_arrival && r.last_arrival->first == end)
    return r.last_arrival;
  const auto found = r.receiving.find(end);
  return found == r.receiving.end() ? nullptr : &*found;
}

void mobility::pump(resident& r) {
  if (r.busy || r.frozen || r.mailbox.empty())
    return;
  if (r.resting && r.mailbox.front().what != mail::kind::arrived)
    return;
  if (r.mailbox.front().what == mail::kind::ended) {
    if (!r.move || faults_.end_while_moving) // else it ends where it goes, or
                                             // when it stays
      end(r);
    return;
  }
  auto next = std::move(r.mailbox.front());
  r.mailbox.pop_front();
  run(r, std::move(next));
}

void mobility::run(resident& r, mail m) {
  r.busy = true;
  r.current = 0;
  if (m.what == mail::kind::message) {
    r.current = m.sequence;
    r.current_channel = channel_of(r, {m.from, m.channel});
  }
  instruction::run job{r.instance(), std::move(m), r.runner};
  if (!r.pinned) // who is, posts meanwhile
    job.free = free(r);
  while (!r.resting && !r.mailbox.empty()
         && r.mailbox.front().what == mail::kind::message
         && job.more.size() + 1 < options_.batch) {
    job.more.push_back(std::move(r.mailbox.front()));
    r.mailbox.pop_front();
  }
  say(std::move(job));
}

void mobility::note_handled(resident& r, arriving_channel* channel,
                            std::uint64_t done) {
  if (channel && channel->second.on_handled(done))
    r.ack_due.push_back(channel);
  ++count_.handled;
  ++r.handled_since_ack;
}

// What was asked for before a move counts no more: `arrived` asks again. What
// came during a rest comes after it.
void mobility::on_wake_timer(const mobility_timer& t) {
  auto* r = find(t.actor);
  if (!r || r->ended || r->epoch != t.number
      || r->wake_generation != t.generation)
    return;
  mail woken{mail::kind::woken, {}, 0, 0, 0, 0, {}};
  if (std::exchange(r->resting, false))
    r->mailbox.push_front(std::move(woken));
  else
    r->mailbox.push_back(std::move(woken));
  pump(*r);
}

void mobility::on(mobility_event::handled& e) {
  auto* r = find(e.instance.actor);
  if (!r || r->epoch != e.instance.epoch || !r->busy)
    return;
  if (const auto done = std::exchange(r->current, 0))
    note_handled(*r, r->current_channel, done);
  for (std::size_t i = 0; i < e.ran; ++i)
    note_handled(*r, channel_of(*r, {e.more[i].from, e.more[i].channel}),
                 e.more[i].sequence);
  for (auto i = e.more.size(); i > e.ran; --i)
    r->mailbox.push_front(std::move(e.more[i - 1]));
  for (auto& m : e.sent)
    send(*r, std::move(m));
  for (auto& to : e.refused)
    want_room(*r, to);
  if (e.wake)
    say(instruction::arm{
        {mobility_timer::kind::wake, r->id, {}, r->epoch, ++r->wake_generation},
        *e.wake});
  if (e.stop)
    stop(*r);
  r->resting = e.rest && !e.stop;
  if (r->mailbox.empty() || e.stop || e.rest
      || r->handled_since_ack >= options_.channel.ack_every)
    flush_acks(*r);
  r->busy = false; // only now: what it sent to itself must not run before
  if (r->move && r->move->now() == migration_source::phase::freezing)
    freeze(*r);
  else
    pump(*r);
}

} // namespace tern
