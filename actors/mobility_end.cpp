// How an actor ends, and who hears of it.
//
// A handler that says `stop` puts `ended` before everything else in the
// mailbox. From there on no handler runs; an actor that is just about to move
// ends where it arrives, since `ended` moves along. What it has sent is still
// owed to others: it stays, without a behavior, until all of that was handled,
// and is then buried. What is left of it is its name among the dead, here and
// at its home.
//
// A message for a dead actor is answered with `ended`. The sender's machine
// then closes the channel and puts `down` into the sender's mailbox: how many
// of its messages were handled, as far as that is known; the others were not,
// or their acknowledgement was lost. Names are never used again, so `ended`
// never lies. Nobody hears it who has not handled all that the dead one said.
#include "actors/mobility.hpp"

#include <algorithm>
#include <utility>

namespace tern {

// After its last handler, with the reasons for which nothing else may run.
void mobility::stop(resident& r) {
  r.mailbox.clear();
  r.mailbox.push_back({mail::kind::ended, {}, 0, 0, 0, 0, {}});
}

void mobility::end(resident& r) {
  r.ended = true;
  r.mailbox.clear();
  for (const auto& order : std::exchange(r.orders, {}))
    answer_order(order, {false, self_, r.epoch, "it ended"});
  say(instruction::discard{r.instance()});
  arm_senders(r);
  bury_if_drained(r);
}

void mobility::bury_if_drained(resident& r) {
  const bool drained =
      std::all_of(r.sending.begin(), r.sending.end(),
                  [](auto& each) { return each.second.drained(); });
  if (r.ended && (drained || faults_.bury_early))
    to_bury_.push_back(r.id);
}

// At the end of an event, when nobody holds a resident any more.
void mobility::bury() {
  for (const auto& actor : std::exchange(to_bury_, {})) {
    const auto found = residents_.find(actor);
    if (found == residents_.end())
      continue;
    const auto epoch = found->second->epoch;
    std::vector<channel_mark> handled;
    for (auto& [end, half] : found->second->receiving)
      if (!forget_channel(end, actor))
        handled.push_back({end, half.handled()});
    residents_.erase(found);
    directory_.drop(actor); // if this is its home: the dead come first
    remember_dead(actor, {epoch, true, false, 0, std::move(handled)});
    report_dead(actor);
  }
}

// A sender that is here, and has heard that all of it was handled, will not
// ask.
bool mobility::forget_channel(const channel_end& end, const actor_id& to) {
  auto* sender = find(end.first);
  if (!sender || sender->frozen)
    return false;
  const auto* half = open_half(*sender, to, end.second);
  if (!half || !half->drained())
    return false;
  sender->sending.erase(to);
  return true;
}

void mobility::remember_dead(const actor_id& actor, dead_actor d) {
  if (!dead_.try_emplace(actor, std::move(d)).second)
    return;
  dead_order_.push_back(actor);
  if (dead_order_.size() <= options_.dead_limit)
    return;
  dead_.erase(dead_order_.front());
  dead_order_.pop_front();
}

// Until its home has answered.
void mobility::report_dead(const actor_id& actor) {
  const auto found = dead_.find(actor);
  const auto home = directory_.home(actor);
  if (found == dead_.end() || !found->second.ended_here
      || found->second.reported || !home || home == self_ || faults_.silent_end)
    return;
  transmit(home,
           location_update{actor, {}, found->second.epoch, true, view_.id});
  arm_again({mobility_timer::kind::report, actor, {}, found->second.epoch, 0},
            found->second.report_tries++);
}

bool mobility::is_dead(const actor_id& actor) const {
  const auto* r = find(actor);
  return (r && r->ended) || dead_.contains(actor) || is_lost(actor);
}

// The answer to what came for a dead actor.
void mobility::tell_ended(const routed_message& m) {
  if (m.kind == message_kind::channel_ack)
    return;
  if (!m.last_words && owes(m.head.to, m.head.from))
    return; // who asks again hears the end last
  if (m.kind == message_kind::order_migration)
    return answer_order({m.origin, m.number, m.target},
                        {false, self_, 0, "it ended"});
  location_answer told;
  told.actor = m.head.to;
  told.dropped_from = m.head.from;
  told.dropped_channel = m.number;
  told.ended = true;
  told.handled = handled_by_dead(m.head.to, {m.head.from, m.number});
  transmit(m.origin, told); // to itself, too: its sender is being carried out
}

// Whether an ended one has said something that the other has not handled yet.
bool mobility::owes(const actor_id& ended, const actor_id& to) const {
  const auto* r = find(ended);
  if (!r || faults_.tell_end_early)
    return false;
  const auto half = r->sending.find(to);
  return half != r->sending.end() && !half->second.drained();
}

std::uint64_t mobility::handled_by_dead(const actor_id& actor,
                                        const channel_end& end) const {
  if (const auto* r = find(actor)) {
    const auto half = r->receiving.find(end);
    return half == r->receiving.end() ? 0 : half->second.handled();
  }
  const auto found = dead_.find(actor);
  if (found == dead_.end())
    return 0;
  const auto& marks = found->second.handled;
  const auto mark = std::find_if(marks.begin(), marks.end(),
                                 [&](auto& each) { return each.first == end; });
  return mark == marks.end() ? 0 : mark->second;
}

// At the sender: the channel is closed. A frozen sender hears it where it goes.
void mobility::close_channel(const location_answer& m) {
  auto* r = find(m.dropped_from);
  if (r && !r->frozen && open_half(*r, m.actor, m.dropped_channel))
    close_channel(*r, m.actor, m.handled);
}

void mobility::close_channel(resident& r, const actor_id& to,
                             std::uint64_t handled) {
  const auto half = r.sending.find(to);
  if (half == r.sending.end())
    return;
  r.kept -= half->second.kept().size();
  half->second.acknowledge(handled);
  mail told;
  told.what = mail::kind::down;
  told.from = to;
  told.channel = half->second.kept().size();
  r.sending.erase(half);
  if (r.ended)
    return bury_if_drained(r);
  r.mailbox.push_back(std::move(told));
  pump(r);
}

void mobility::take_dead(node_id from, const location_update& m) {
  directory_.drop(m.actor);
  remember_dead(m.actor, {m.epoch, false, false, 0, {}});
  location_answer told;
  told.actor = m.actor;
  told.epoch = m.epoch;
  told.ended = true;
  transmit(from, told);
}

// A home knows that it ended.
void mobility::take_dead(const location_answer& m) {
  if (m.dropped_from.kind() != actor_kind::none)
    return close_channel(m);
  const auto found = dead_.find(m.actor);
  if (found != dead_.end())
    found->second.reported = true;
  answer_queries(m.actor, {});
}

} // namespace tern
