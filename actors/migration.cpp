// How an actor gets from node X to node Y while it lives.
//
//      X, source                                Y, target
//      preparing    -- PREPARE(e, bytes) -->    reserves, opens a bounded
//                   <-- PREPARED(e) ---         parking queue
//      freezing     (the running handler ends)
//      deciding     -- STATE(e, all of it) -->  restores it
//                   <-- INSTALLED(e) ---        *it is here from now on*
//      done: frees it,
//      forwards what came   -- RELEASED(e) -->  it runs
//
// The commit point is Y's: a whole STATE(e) is installed unless Y has answered
// ABORTED(e) before. That it runs only when X has let go costs a round trip,
// and buys this: while X has not released it, nothing that it did at Y is known
// to anybody, so if Y dies X may go on with what it has; and when X dies before
// it has said RELEASED, it has not gone on itself, and Y may. Who has died is
// what the nodes agree on (views), never a guess.
//
// X never guesses. If it hears nothing it repeats ABORT(e)
// until Y says one of two things: `aborted`, and X runs on, or `installed`,
// and X frees the actor. Messages may be lost, doubled, and arrive in any
// order and however late, so Y remembers of each actor one line:
//
//      decision{floor, installed}
//      e > floor: open.   e == floor: as told.   e < floor: no question any
//      more.
//
// Why the third: only the one who holds the actor gives out epochs, each once,
// and goes on to the next only when it knows how the last ended; and it does
// not hold it before the last one has let go. So whoever still asks about e
// while a higher epoch exists has had his answer, and ignores this one (his own
// epoch does not match).
//
// The one exception is an attempt that X gives up before any STATE was sent:
// nothing can be installed then, whatever Y thinks, and Y's reservation ends
// by its own timer. Y may end any attempt by itself before STATE came, by the
// same rule: it sets its floor, and a late STATE finds `aborted`.
//
// One line per actor and node visited is kept for as long as the node lives:
// somebody may ask about it however late.
//
// Not here: routing, mailboxes, channels (mobility.cpp); views
// (mobility_census.cpp).
#include "actors/migration.hpp"

#include <algorithm>
#include <utility>

namespace tern {

using source = source_instruction::kind;

source_instruction migration_source::arm(duration delay) {
  return {source::arm, delay, ++generation_, {}};
}

source_instructions migration_source::start(std::uint32_t fresh_epoch) {
  phase_ = phase::preparing;
  epoch_ = fresh_epoch;
  tries_ = 0;
  ++attempts_;
  return {{source::send_prepare}, arm(options_.prepare_again)};
}

source_instructions migration_source::on_prepared(std::uint32_t epoch,
                                                  const std::string& refusal) {
  if (phase_ != phase::preparing || epoch != epoch_)
    return {};
  if (!refusal.empty()) {
    phase_ = phase::done;
    return {{source::finish, {}, 0, refusal}};
  }
  phase_ = phase::freezing;
  return {{source::freeze}, arm(options_.prepare_again)};
}

source_instructions migration_source::on_frozen(std::uint64_t bytes) {
  if (phase_ != phase::freezing)
    return {};
  phase_ = phase::deciding;
  const auto transfer = std::chrono::nanoseconds(
      bytes * 1000
      / std::max<std::uint64_t>(options_.bytes_per_second / 1'000'000, 1));
  return {{source::send_state}, arm(options_.state_timeout + transfer)};
}

// No STATE of this attempt will ever be sent, so one ABORT is courtesy.
source_instructions migration_source::on_unsavable(const std::string& why) {
  if (phase_ != phase::freezing)
    return {};
  phase_ = phase::done;
  return {{source::send_abort},
          {source::resume},
          {source::finish, {}, 0, "it cannot be saved: " + why}};
}

source_instructions migration_source::on_installed(std::uint32_t epoch) {
  if (!undecided() || epoch != epoch_)
    return {};
  phase_ = phase::done;
  return {{source::finish}, {source::release}};
}

source_instructions migration_source::on_aborted(std::uint32_t epoch,
                                                 const std::string& why) {
  if (phase_ == phase::done || epoch != epoch_)
    return {};
  const bool frozen = undecided() || phase_ == phase::freezing;
  return end_attempt(frozen, why.empty() ? why_ : why);
}

source_instructions migration_source::end_attempt(bool frozen,
                                                  const std::string& why) {
  phase_ = phase::done;
  source_instructions out;
  if (frozen)
    out.push_back({source::resume});
  if (attempts_ < options_.attempts)
    out.push_back({source::again});
  else
    out.push_back({source::finish, {}, 0, why.empty() ? "timed out" : why});
  return out;
}

source_instructions migration_source::on_timer(std::uint64_t generation) {
  if (generation != generation_)
    return {};
  ++tries_;
  const auto ask_again =
      std::min(options_.abort_again * (1u << std::min(tries_, 10u)),
               options_.abort_limit);
  switch (phase_) {
  case phase::preparing:
    if (tries_ < options_.prepare_tries)
      return {{source::send_prepare}, arm(options_.prepare_again)};
    phase_ = phase::calling_off;
    why_ = "the target does not answer";
    tries_ = 0;
    return {{source::send_abort}, arm(options_.abort_again)};
  case phase::freezing: // a long handler: keeps the reservation alive
    return {{source::send_prepare}, arm(options_.prepare_again)};
  case phase::deciding:
    phase_ = phase::asking;
    tries_ = 0;
    return {{source::send_abort}, arm(options_.abort_again)};
  case phase::asking:
    return {{source::send_abort}, arm(ask_again)};
  case phase::calling_off:
    if (tries_ < options_.abort_tries)
      return {{source::send_abort}, arm(ask_again)};
    phase_ = phase::done;
    return {{source::finish, {}, 0, why_}};
  case phase::done:
    break;
  }
  return {};
}

source_instructions migration_source::on_target_lost() {
  if (phase_ == phase::done)
    return {};
  phase_ = phase::done;
  return {{source::resume},
          {source::finish, {}, 0, "its target left the cluster"}};
}

std::optional<migration_target::answer>
migration_target::decided(const attempt_id& attempt) const {
  const auto d = decisions_.find(attempt.actor);
  if (d == decisions_.end() || attempt.epoch > d->second.floor)
    return std::nullopt;
  answer a;
  const bool installed = attempt.epoch < d->second.floor || d->second.installed;
  a.what = installed ? answer::kind::installed : answer::kind::aborted;
  return a;
}

migration_target::arrival* migration_target::find(const attempt_id& attempt) {
  const auto a = arrivals_.find(attempt.actor);
  return a != arrivals_.end() && a->second.epoch == attempt.epoch ? &a->second
                                                                  : nullptr;
}

// The arrival of this attempt, made if need be; nothing if a later one is open.
// One of an earlier attempt becomes this one's, its parked messages included.
migration_target::arrival* migration_target::open(node_id from,
                                                  const attempt_id& attempt,
                                                  std::uint64_t bytes) {
  auto& a = arrivals_[attempt.actor];
  if (a.epoch > attempt.epoch)
    return nullptr;
  if (a.epoch < attempt.epoch) {
    a.epoch = attempt.epoch;
    a.source = from;
    a.state.reset();
    reserved_ += bytes - a.reserved;
    a.reserved = bytes;
  }
  a.generation = next_generation_++;
  return &a;
}

migration_target::answer
migration_target::on_prepare(node_id from, const migrate_prepare& m,
                             const std::string& obstacle) {
  if (auto told = decided(m.attempt))
    return std::move(*told);
  if (!find(m.attempt)) {
    if (!obstacle.empty())
      return {answer::kind::refused, 0, obstacle};
    if (m.bytes > options_.arrival_bytes - reserved_)
      return {answer::kind::refused, 0, "no memory for its state"};
  }
  const auto* a = open(from, m.attempt, m.bytes);
  if (!a)
    return {};
  return {answer::kind::prepared, a->generation};
}

migration_target::answer migration_target::on_state(node_id from,
                                                    migrate_state& m) {
  auto told = decided(m.attempt);
  if (told && !faults_.accept_equal_epoch)
    return std::move(*told);
  auto* a = open(from, m.attempt, m.state.snapshot.size());
  if (!a || a->state)
    return {};
  a->state = std::move(m.state);
  return {answer::kind::restore};
}

migration_target::answer
migration_target::on_restored(const attempt_id& attempt,
                              const std::string& why) {
  auto* a = find(attempt);
  if (!a || !a->state)
    return {};
  if (!why.empty())
    return refuse(attempt, why);
  decisions_[attempt.actor] = {attempt.epoch, true};
  answer out{answer::kind::run,   0,        {}, std::move(a->parked),
             std::move(a->state), a->source};
  reserved_ -= a->reserved;
  arrivals_.erase(attempt.actor);
  return out;
}

migration_target::answer migration_target::on_abort(const attempt_id& attempt) {
  if (auto told = decided(attempt))
    return std::move(*told);
  return refuse(attempt, "called off");
}

migration_target::answer migration_target::on_timer(const attempt_id& attempt,
                                                    std::uint64_t generation) {
  const auto* a = find(attempt);
  if (!a || a->generation != generation || a->state)
    return {};
  return refuse(attempt, "nothing was heard of it");
}

migration_target::answer migration_target::refuse(const attempt_id& attempt,
                                                  const std::string& why) {
  if (!faults_.forget_aborts)
    decisions_[attempt.actor] = {attempt.epoch, false};
  answer out{answer::kind::aborted, 0, why};
  if (auto* a = find(attempt)) {
    reserved_ -= a->reserved;
    out.parked = std::move(a->parked);
    out.source = a->source;
    arrivals_.erase(attempt.actor);
  }
  return out;
}

bool migration_target::park(const actor_id& actor, routed_message& m) {
  const auto a = arrivals_.find(actor);
  if (a == arrivals_.end()
      || (a->second.parked.size() >= parking_limit_
          && !faults_.unbounded_parking))
    return false;
  a->second.parked.push_back(std::move(m));
  return true;
}

std::vector<migration_target::guest> migration_target::guests() const {
  std::vector<guest> out;
  for (auto& [actor, a] : arrivals_)
    out.push_back({{actor, a.epoch}, a.source, a.state.has_value()});
  return out;
}

std::size_t migration_target::parked(const actor_id& actor) const {
  const auto a = arrivals_.find(actor);
  return a == arrivals_.end() ? 0 : a->second.parked.size();
}

} // namespace tern
