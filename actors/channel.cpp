// A channel makes an unreliable way reliable: messages may be lost, doubled
// and overtake each other, wherever its ends are and while they move, and
// still every message is handled exactly once, in order.
//
//   sender                               receiver
//   next, kept[acked+1 .. next-1]        handled <= delivered, early{...}
//      --- message(sequence) -->            next in order: to the mailbox
//                                           ahead: to `early`
//                                           seen: dropped
//      <-- ack(handled) ---                 after the handler ran
//
// Invariants
//  1. kept = all messages with acked < sequence < next. |kept| <= window.
//  2. An ack means handled, not arrived: what a receiver has in its mailbox it
//     may still lose by no other way than with its whole state.
//  3. handled <= delivered < every key of early <= handled + window.
// A message in `kept` is sent again whenever a timer finds no progress, so
// that anyone on the way may drop it at any time (forwarders, full queues,
// targets that refuse). The re-ask backs off, and is quick when somebody said
// that he dropped one. From the second vain re-ask on, the owner is told to
// distrust what it believes about the receiver's place.
//
// A receiver that has much to do looks like one that got nothing, and is not
// helped by getting it twice. So a timer sends one message again. Who then has
// handled just that lacks the others, too: they follow, twice as many a time.
//
// The window is the back-pressure: `push` wants room, and room comes only from
// acks. Nobody blocks; the sender's owner is told when there is room again.
#include "actors/channel.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tern {

sending_half::sending_half(const image& from)
  : number_(from.number), next_(from.next),
    kept_(from.kept.begin(), from.kept.end()), wants_room_(from.wants_room) {
  acked_ = kept_.empty() ? next_ - 1 : kept_.front().sequence - 1;
}

sending_half::image sending_half::save() const {
  return {number_, next_, wants_room_, {kept_.begin(), kept_.end()}};
}

const channel_message& sending_half::push(std::uint64_t cause, buffer payload) {
  kept_.push_back({next_++, cause, 0, std::move(payload)});
  return kept_.back();
}

bool sending_half::acknowledge(std::uint64_t handled) {
  if (handled <= acked_ || handled >= next_)
    return false;
  acked_ = handled;
  nudges_ = 0;
  while (!kept_.empty() && kept_.front().sequence <= handled)
    kept_.pop_front();
  return true;
}

bool sending_half::take_room(const channel_options& o) noexcept {
  if (!wants_room_ || kept_.size() > o.window / 2)
    return false;
  wants_room_ = false;
  return true;
}

std::optional<duration> sending_half::arm(const channel_options& o) {
  if (armed_ || kept_.empty())
    return std::nullopt;
  armed_ = true;
  hurried_ = false;
  acked_at_arm_ = acked_;
  ++generation_;
  const auto shift = std::min<std::uint32_t>(tries_, 16);
  return std::min(o.resend * (1u << shift), o.resend_limit);
}

std::optional<duration> sending_half::hurry(const channel_options& o) {
  if (hurried_ || kept_.empty())
    return std::nullopt;
  armed_ = hurried_ = true;
  acked_at_arm_ = acked_;
  ++generation_;
  const auto shift = std::min<std::uint32_t>(nudges_++, 16);
  return std::min(o.nudge * (1u << shift), o.resend_limit);
}

void sending_half::disarm() noexcept {
  armed_ = hurried_ = false;
  ++generation_;
}

sending_half::timeout sending_half::on_timer(std::uint64_t generation,
                                             const channel_options& o) {
  if (!armed_ || generation != generation_)
    return {};
  const bool asked = std::exchange(hurried_, false);
  const auto resent = std::exchange(resent_, 0);
  const auto handled = acked_ - acked_at_arm_;
  armed_ = false;
  if (handled != 0)
    tries_ = 0;
  if (kept_.empty() || (handled != 0 && handled != resent && !asked))
    return {};
  if (handled == 0 && !asked)
    ++tries_;
  const std::size_t wanted = asked ? o.burst : handled != 0 ? 2 * resent : 1;
  resent_ = std::min<std::size_t>({wanted, kept_.size(), o.burst});
  return {resent_, tries_ >= 2};
}

receiving_half::receiving_half(const image& from)
  : number_(from.number), handled_(from.handled), delivered_(from.delivered),
    told_(from.handled) {
  for (auto& m : from.early)
    early_.emplace(m.sequence, m);
}

receiving_half::image receiving_half::save() const {
  image out{number_, handled_, delivered_, {}};
  out.early.reserve(early_.size());
  for (auto& [sequence, m] : early_)
    out.early.push_back(m);
  return out;
}

receiving_half::verdict receiving_half::accept(channel_message& m,
                                               const channel_options& o) {
  if (m.sequence <= handled_)
    return verdict::handled;
  if (m.sequence <= delivered_)
    return verdict::duplicate;
  if (m.sequence - handled_ > o.window)
    return verdict::beyond;
  if (m.sequence == delivered_ + 1) {
    ++delivered_;
    return verdict::deliver;
  }
  const auto sequence = m.sequence;
  return early_.try_emplace(sequence, std::move(m)).second ? verdict::early
                                                           : verdict::duplicate;
}

std::optional<channel_message> receiving_half::take_next() {
  const auto first = early_.begin();
  if (first == early_.end() || first->first != delivered_ + 1)
    return std::nullopt;
  auto m = std::move(first->second);
  early_.erase(first);
  ++delivered_;
  return m;
}

bool receiving_half::on_handled(std::uint64_t sequence) noexcept {
  const bool told = told_ == handled_;
  handled_ = std::max(handled_, sequence);
  return told && told_ != handled_;
}

} // namespace tern
