#include "actors/resident.hpp"

namespace tern {

resident::resident(const attempt_id& attempt, actor_state& state)
  : id(attempt.actor), epoch(attempt.epoch), last_epoch(attempt.epoch),
    mailbox(state.mailbox.begin(), state.mailbox.end()),
    next_channel(state.next_channel),
    orders(state.orders.begin(), state.orders.end()),
    finished(state.finished.begin(), state.finished.end()),
    state_bytes(state.snapshot.size()) {
  checked = state.checked;
  for (auto& s : state.sending)
    kept += sending.try_emplace(s.receiver, s.half).first->second.kept().size();
  for (auto& r : state.receiving)
    receiving.try_emplace({r.sender, r.half.number}, r.half);
}

actor_state resident::image() const {
  actor_state out;
  out.type = type;
  out.checked = checked;
  out.snapshot = snapshot;
  out.mailbox.assign(mailbox.begin(), mailbox.end());
  out.next_channel = next_channel;
  out.orders.assign(orders.begin(), orders.end());
  out.finished.assign(finished.begin(), finished.end());
  out.sending.reserve(sending.size());
  for (auto* channel : in_order(sending))
    out.sending.push_back({channel->first, channel->second.save()});
  out.receiving.reserve(receiving.size());
  for (auto* channel : in_order(receiving))
    out.receiving.push_back({channel->first.first, channel->second.save()});
  return out;
}

} // namespace tern
