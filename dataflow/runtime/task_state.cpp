// The life of a task, and of the block it makes.
//
// A task waits until each of its input slots is filled, fetches what is not in
// this memory, runs once it gets a thread, and then *is* the block it made,
// until every consumer has said `release`. Filling a slot twice is the same as
// filling it once, and so is releasing: messages may come again, late, or in
// any order.
//
// Lending. The owner (whom every node can compute) always knows where the task
// is. A move goes holder -> target:
//
//   holder                   target                        owner
//   move: leaving, epoch+1
//   -------- lend(epoch) --->
//   (absorbs what arrives)   install
//            <-- installed -- -------- location(epoch) ---->
//   forwards what it         live                          target, epoch
//   absorbed; away
//
// The higher epoch wins wherever two orders meet, so that a late `installed`
// or `location` of an earlier move changes nothing. A holder that is not the
// owner forgets the task when it is gone; messages that still come go by the
// owner. The owner keeps a stand-in (`away`) that passes on what arrives, and,
// until the task has run, also keeps the inputs: if the holder is suspected
// dead the owner takes the task back and runs it itself. It also keeps who has
// asked for the block, since a question that is passed on may be lost with a
// node on the way. That may run it twice,
// which harms nobody, since slots are idempotent and kernels pure.
//
// What this file is not for: who the consumers are (graph/graph.hpp), where the
// owner is (placement.hpp), what the messages look like (message.hpp), and how
// the effects are carried out (task_engine.cpp).

#include "dataflow/runtime/task_state.hpp"

#include <limits>
#include <utility>

namespace tern {

std::string_view name_of(task_phase phase) noexcept {
  switch (phase) {
  case task_phase::waiting:
    return "waiting";
  case task_phase::fetching:
    return "fetching";
  case task_phase::ready:
    return "ready";
  case task_phase::running:
    return "running";
  case task_phase::held:
    return "held";
  case task_phase::released:
    return "released";
  case task_phase::erred:
    return "erred";
  case task_phase::leaving:
    return "leaving";
  case task_phase::away:
    return "away";
  }
  return "unknown";
}

task_state::task_state(std::uint32_t slots, std::uint32_t consumers, bool mine)
  : filled_(slots), released_(consumers), slots_(slots), consumers_(consumers),
    missing_(slots), unreleased_(consumers),
    phase_(mine ? task_phase::waiting : task_phase::away), mine_(mine) {}

task_state::~task_state() {
  filled_.clear(slots_);
  released_.clear(consumers_);
}

bool task_state::accepts(std::uint32_t slot) const noexcept {
  if (slot >= slots_ || is_filled(slot))
    return false;
  if (phase_ == task_phase::leaving)
    return before_ != task_phase::held;
  return phase_ == task_phase::waiting || retains_inputs();
}

// The owner of a lent task that has not run yet.
bool task_state::retains_inputs() const noexcept {
  return phase_ == task_phase::away && mine_ && !ran_
         && before_ != task_phase::held;
}

// What follows once nothing is missing any more.
effect task_state::progress() {
  if (phase_ != task_phase::waiting || missing_ > 0)
    return effect::none;
  if (failed_) {
    phase_ = task_phase::erred;
    ran_ = true;
    auto e = effect::deliver_error | effect::drop_inputs | effect::terminate;
    return mine_ ? e : e | effect::tell_finished;
  }
  if (slots_ == 0 && !admitted_)
    return effect::none;
  if (absent_ > 0) {
    phase_ = task_phase::fetching;
    return effect::fetch;
  }
  phase_ = task_phase::ready;
  return effect::enqueue;
}

effect task_state::admit() {
  if (phase_ != task_phase::waiting || slots_ != 0)
    return effect::none;
  admitted_ = true;
  return progress();
}

effect task_state::fill(std::uint32_t slot, bool here,
                        const task_faults& faults) {
  const bool again =
      faults.no_deduplication && phase_ == task_phase::waiting && missing_ > 0;
  if (!accepts(slot) && !again)
    return phase_ == task_phase::away ? effect::forward : effect::none;
  filled_.insert(slots_, slot);
  --missing_;
  absent_ += here ? 0 : 1;
  if (phase_ == task_phase::away)
    return effect::forward;
  if (phase_ == task_phase::leaving) {
    absorbed_ = true;
    return effect::none;
  }
  return progress();
}

effect task_state::fill_error(std::uint32_t slot) {
  if (!accepts(slot))
    return phase_ == task_phase::away ? effect::forward : effect::none;
  failed_ = true;
  return fill(slot, true);
}

effect task_state::arrived() {
  if (absent_ > 0)
    --absent_;
  if (phase_ != task_phase::fetching || absent_ > 0)
    return effect::none;
  phase_ = task_phase::ready;
  return effect::enqueue;
}

bool task_state::start() noexcept {
  if (phase_ != task_phase::ready)
    return false;
  phase_ = task_phase::running;
  return true;
}

effect task_state::finish() {
  if (phase_ != task_phase::running)
    return effect::none;
  phase_ = task_phase::held;
  ran_ = true;
  auto e = effect::deliver | effect::drop_inputs;
  if (!mine_)
    e |= effect::tell_finished;
  e |= settle();
  if (phase_ == task_phase::held && move_to_ != no_node)
    e |= leave_for(std::exchange(move_to_, no_node));
  return e;
}

effect task_state::fail() {
  if (phase_ != task_phase::running)
    return effect::none;
  phase_ = task_phase::erred;
  failed_ = true;
  ran_ = true;
  move_to_ = no_node;
  auto e = effect::deliver_error | effect::drop_inputs | effect::terminate;
  return mine_ ? e : e | effect::tell_finished;
}

effect task_state::resume_held() {
  if (phase_ != task_phase::waiting)
    return effect::none;
  phase_ = task_phase::held;
  missing_ = 0;
  ran_ = true;
  return settle();
}

effect task_state::resume_running() {
  if (phase_ != task_phase::waiting)
    return effect::none;
  phase_ = task_phase::running;
  missing_ = 0;
  return effect::none;
}

// Nobody needs the block any more?
effect task_state::settle() {
  if (phase_ != task_phase::held || unreleased_ > 0)
    return effect::none;
  phase_ = task_phase::released;
  auto e = effect::drop_block | effect::terminate;
  return mine_ ? e : e | effect::tell_released;
}

effect task_state::release(std::uint32_t ordinal, const task_faults& faults) {
  if (phase_ == task_phase::away)
    return effect::forward;
  if (ordinal >= consumers_ || phase_ == task_phase::released
      || phase_ == task_phase::erred)
    return effect::none;
  // It may come before the news that the task has run somewhere else.
  if (!released_.insert(consumers_, ordinal) && !faults.count_releases_twice)
    return effect::none;
  if (unreleased_ > 0)
    --unreleased_;
  if (phase_ == task_phase::leaving) {
    absorbed_ = true;
    return effect::none;
  }
  return settle();
}

effect task_state::want() {
  switch (phase_) {
  case task_phase::away: // the owner may have to ask again, or to answer
    return mine_ ? effect::forward | effect::keep_want : effect::forward;
  case task_phase::released:
    return effect::none;
  case task_phase::held:
  case task_phase::erred:
    return effect::answer;
  case task_phase::leaving:
    if (holds_block())
      return effect::answer;
    absorbed_ = true;
    return effect::keep_want;
  default:
    return effect::keep_want;
  }
}

effect task_state::watch() {
  switch (phase_) {
  case task_phase::away:
    return mine_ ? effect::forward | effect::keep_want : effect::forward;
  case task_phase::released:
  case task_phase::erred:
    return effect::answer;
  case task_phase::leaving:
    absorbed_ = true;
    return effect::keep_want;
  default:
    return effect::keep_want;
  }
}

bool task_state::may_move() const noexcept {
  switch (phase_) {
  case task_phase::waiting:
  case task_phase::fetching:
  case task_phase::ready:
  case task_phase::running:
  case task_phase::held:
    return true;
  default:
    return false;
  }
}

effect task_state::move(node_index target) {
  if (!may_move())
    return effect::none;
  if (phase_ == task_phase::running) {
    move_to_ = target;
    return effect::none;
  }
  return leave_for(target);
}

bool task_state::may_be_stolen() const noexcept {
  return phase_ == task_phase::ready
         || (phase_ == task_phase::waiting && slots_ == 0 && !admitted_);
}

effect task_state::steal(node_index thief) {
  if (!may_be_stolen())
    return effect::none;
  if (steals_ < std::numeric_limits<std::uint8_t>::max())
    ++steals_;
  return leave_for(thief);
}

effect task_state::leave_for(node_index target) {
  before_ = phase_;
  phase_ = task_phase::leaving;
  target_ = target;
  ++epoch_;
  absorbed_ = false;
  if (before_ == task_phase::held)
    moved_as_block_ = true;
  else
    moved_as_task_ = true;
  return effect::send_state;
}

task_snapshot task_state::snapshot() const {
  return {epoch_, before_ == task_phase::held, moved_as_task_, moved_as_block_,
          steals_};
}

effect task_state::install(const task_snapshot& s, bool lender_lost,
                           const task_faults& faults) {
  const auto e = take_in(s, faults);
  return lender_lost ? e | announce_again() : e;
}

effect task_state::take_in(const task_snapshot& s, const task_faults& faults) {
  if (phase_ == task_phase::released)
    return effect::none;
  const bool repeated = s.epoch == epoch_ && !faults.accept_equal_epoch;
  if (s.epoch < epoch_ || repeated)
    return repeated && lives_here() && phase_ != task_phase::leaving
               ? effect::tell_installed
               : effect::none;
  if (phase_ != task_phase::away && phase_ != task_phase::leaving
      && !faults.accept_equal_epoch)
    return effect::none;
  epoch_ = s.epoch;
  moved_as_task_ = s.moved_as_task;
  moved_as_block_ = s.moved_as_block;
  steals_ = s.steals;
  admitted_ = true; // its memory came with it
  auto e = effect::tell_installed;
  if (s.holds_block) {
    // It left as a task, and is back as a block: nothing will be delivered.
    e |= effect::answer_kept | effect::forget_inputs;
    ran_ = true;
    phase_ = task_phase::held;
    return e | settle();
  }
  phase_ = task_phase::waiting;
  return e | progress();
}

// It is certain that another node runs the task.
effect task_state::gone() {
  auto e = absorbed_ ? effect::forward_absorbed : effect::none;
  absorbed_ = false;
  phase_ = task_phase::away;
  if (before_ == task_phase::held)
    e |= effect::drop_block;
  if (!mine_)
    e |= effect::forget_inputs | effect::terminate;
  return e;
}

effect task_state::installed(std::uint32_t epoch) {
  if (phase_ != task_phase::leaving || epoch != epoch_)
    return effect::none;
  return gone();
}

effect task_state::refused(std::uint32_t epoch) {
  if (phase_ != task_phase::leaving || epoch != epoch_)
    return effect::none;
  absorbed_ = false;
  if (before_ == task_phase::held) {
    phase_ = task_phase::held;
    return settle();
  }
  phase_ = task_phase::waiting;
  admitted_ = true; // a source's turn may have passed
  return progress();
}

effect task_state::location(node_index where, std::uint32_t epoch) {
  if (!mine_ || epoch < epoch_)
    return effect::none;
  if (phase_ == task_phase::leaving) {
    target_ = where;
    epoch_ = epoch;
    return gone();
  }
  if (phase_ == task_phase::away) {
    target_ = where;
    epoch_ = epoch;
  }
  return effect::none;
}

effect task_state::finished_elsewhere(std::uint32_t epoch) {
  if (!mine_ || phase_ == task_phase::released)
    return effect::none;
  auto e = effect::none;
  if (phase_ == task_phase::leaving && before_ != task_phase::held
      && epoch >= epoch_)
    e |= gone();
  if (phase_ != task_phase::away)
    return e;
  ran_ = true;
  return e | effect::forget_inputs;
}

effect task_state::released_elsewhere() {
  if (!mine_ || (phase_ != task_phase::away && phase_ != task_phase::leaving))
    return effect::none;
  phase_ = task_phase::released;
  return effect::forget_inputs | effect::drop_block | effect::terminate;
}

effect task_state::suspect(node_index node) {
  const auto e = take_back(node);
  return e | announce_again();
}

// A block that has moved may have been made on the dead node, and what that
// said of it may be lost: whoever holds the block says it again.
effect task_state::announce_again() const noexcept {
  const bool moved = phase_ == task_phase::held && epoch_ > 0;
  return moved ? effect::deliver : effect::none;
}

effect task_state::take_back(node_index node) {
  if (phase_ == task_phase::leaving && target_ == node) // it is all here
    return refused(epoch_);
  if (!mine_ || phase_ != task_phase::away)
    return effect::none;
  if (target_ != node) // what was passed on may have gone by the dead node
    return effect::forward_absorbed;
  if (!retains_inputs())
    return effect::lost;
  ++epoch_;
  phase_ = task_phase::waiting;
  admitted_ = true;
  return progress();
}

bool task_state::rotation_due() const noexcept {
  switch (phase_) {
  case task_phase::waiting:
    return !moved_as_task_ && missing_ > 0 && missing_ < slots_;
  case task_phase::fetching:
  case task_phase::ready:
    return !moved_as_task_ && slots_ > 0;
  case task_phase::held:
    return !moved_as_block_;
  default:
    return false;
  }
}

} // namespace tern
