// Who seems to be dead: the failure detector of SWIM (Das, Gupta and Motivala,
// "SWIM: scalable weakly-consistent infection-style process group membership
// protocol", 2002), for nodes that have a link to each other anyway.
//
// Heartbeats of links are the direct probes. A member that was silent for a
// second is *suspected*. That is told to all others, twice a second, and up to
// three of them, different ones each time, are asked whether they hear it:
//
//      A              C                         B, silent for A
//      -- ASK(B) -->  heard it lately: answers
//                     else                      -- ping -->
//                     <--------------------------- pong ---
//      <-- HEARD(B) --
//
// What they heard counts as if A had heard it, with its age. So what is judged
// is the youngest sign of life that anybody had:
//
//      2.5 s without one                    dead
//      2.0 s, and another member misses it  dead
//
// A node that died or was stopped is missed by all at once: they tell each
// other, and all judge after the shorter time. Where only the way between two
// nodes is cut, or slow, third ones vouch for either, and both live on; but a
// pair that stays apart cannot send each other messages, so its link ends by a
// limit of its own (link.hpp), and the voters decide who goes on. Whoever hears
// that it is suspected itself pings the one who said so: it may be that only
// its own link has had nothing to carry.
//
// Nothing here is agreed: each node judges for itself, sometimes wrongly. All
// answers are about the last second, so nothing is kept for longer.
#include "actors/control/suspicion.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using kind = suspicion_message::kind;

} // namespace

void suspicion::on_member(node_id who, time now) {
  auto& p = peers_[who];
  p.heard = p.sign = now;
}

void suspicion::on_gone(node_id who) {
  peers_.erase(who);
  for (auto& [id, p] : peers_) {
    p.missed_by.erase(who);
    p.asked_by.erase(who);
  }
}

void suspicion::on_heard(node_id who, time when) {
  if (const auto p = peers_.find(who); p != peers_.end())
    p->second.heard = std::max(p->second.heard, when);
}

suspicion::instructions
suspicion::on_message(node_id from, const suspicion_message& m, time now) {
  if (!peers_.contains(from))
    return {};
  if (m.subject == self_ && m.what != kind::heard)
    out_.push_back(probe{from});
  else if (m.what != kind::heard)
    hear_suspicion(from, m, now);
  else if (const auto p = peers_.find(m.subject); p != peers_.end())
    p->second.sign = std::max(p->second.sign, now - m.age);
  return std::exchange(out_, {});
}

void suspicion::hear_suspicion(node_id from, const suspicion_message& m,
                               time now) {
  const auto found = peers_.find(m.subject);
  if (found == peers_.end())
    return;
  auto& [id, p] = *found;
  p.missed_by[from] = now;
  if (m.what == kind::ask)
    p.asked_by[from] = now;
  if (now - p.heard > options_.fresh)
    out_.push_back(probe{id});
  else
    answer_about(id, p, now);
}

suspicion::instructions suspicion::on_time(time now) {
  for (auto& [id, p] : peers_) {
    const auto is_old = [&](auto& each) {
      return now - each.second > options_.kept;
    };
    std::erase_if(p.missed_by, is_old);
    std::erase_if(p.asked_by, is_old);
    if (now - p.heard <= options_.fresh)
      answer_about(id, p, now);
    if (now - p.heard > options_.suspect_after)
      judge(id, p, now);
  }
  return std::exchange(out_, {});
}

void suspicion::judge(node_id id, peer& p, time now) {
  const bool missed = is_missed(p, now);
  const auto silence = now - std::max(p.heard, p.sign);
  if (silence > (missed ? options_.confirmed : options_.alone)) {
    const auto ms =
        std::chrono::ceil<std::chrono::milliseconds>(silence).count();
    out_.push_back(dead{id, "silent for " + std::to_string(ms) + " ms"
                                + (missed ? ", and missed by others" : "")});
  } else if (now - p.asked >= options_.ask_again) {
    ask_about(id, p, now);
  }
}

bool suspicion::is_missed(const peer& p, time now) const {
  return std::ranges::any_of(p.missed_by, [&](auto& each) {
    return now - each.second <= options_.kept;
  });
}

// Those that are suspected themselves would hardly answer.
void suspicion::ask_about(node_id id, peer& p, time now) {
  std::vector<node_id> others;
  for (const auto& [other, o] : peers_)
    if (other != id && now - o.heard <= options_.suspect_after)
      others.push_back(other);
  const auto first =
      others.empty() ? 0 : p.rounds * options_.helpers % others.size();
  std::rotate(others.begin(),
              others.begin() + static_cast<std::ptrdiff_t>(first),
              others.end());
  for (std::size_t i = 0; i < others.size(); ++i)
    tell(others[i], i < options_.helpers ? kind::ask : kind::suspect, id,
         now - p.heard);
  p.asked = now;
  ++p.rounds;
}

void suspicion::answer_about(node_id id, peer& p, time now) {
  for (const auto& [asker, when] : std::exchange(p.asked_by, {}))
    tell(asker, kind::heard, id, now - p.heard);
}

void suspicion::tell(node_id to, kind what, node_id who, time age) {
  using std::chrono::milliseconds;
  out_.push_back(transmit{
      to,
      {what, who,
       std::max(std::chrono::ceil<milliseconds>(age), milliseconds{0})}});
}

} // namespace tern
