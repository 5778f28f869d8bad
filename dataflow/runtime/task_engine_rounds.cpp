// The part of the engine that ends a round of its plan after a death, and
// begins the next one with what is left (plan_rounds.hpp, remaining_work.hpp).
//
// A round that has ended is dead matter: its records are emptied, and whatever
// still reaches it has no effect. So nothing of the many states in which tasks
// can be between nodes has to be mended; what counts is which blocks exist.

#include "dataflow/graph/edges.hpp"
#include "dataflow/runtime/task_effects.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <utility>

namespace tern {

namespace {

struct found {
  std::vector<block_key> running, ran;
  task_engine::blocks held;
};

// What one record knows. Under its lock.
void look_at(const task_record& r, found& out) {
  if (r.state.phase() == task_phase::running)
    out.running.push_back(r.key());
  if (r.state.mine() && r.state.has_run())
    out.ran.push_back(r.key());
  if (r.result)
    out.held.emplace(r.low, r.result);
  for (std::uint32_t i = 0; r.inputs && i < r.state.slots(); ++i)
    if (r.state.is_filled(i) && r.inputs[i].holder != no_node) {
      const auto& in = r.inputs[i];
      out.ran.push_back(unpack(in.producer));
      const bool all = !in.far || in.far->part.task == 0;
      if (in.data && all)
        out.held.emplace(in.producer, in.data);
    }
}

} // namespace

// The flag goes first: whoever takes a record's lock after this has looked at
// it sees that the round is over.
task_engine::remains task_engine::freeze() {
  frozen_.store(true);
  found all;
  region_.each([&](task_record& r) {
    std::lock_guard guard{r.lock};
    look_at(r, all);
  });
  {
    std::lock_guard guard{far_mutex_};
    for (const auto& [key, known] : far_)
      if (const auto one = known.lock()) {
        std::lock_guard data_guard{one->lock};
        if (one->data)
          all.held.emplace(key, one->data);
      }
  }
  drop_everything();
  std::vector<block_key> held;
  held.reserve(all.held.size());
  for (const auto& [low, data] : all.held)
    held.push_back(unpack(low));
  remains out;
  out.told.held = runs_of(std::move(held));
  out.told.running = runs_of(std::move(all.running));
  out.told.ran = runs_of(std::move(all.ran));
  out.held = std::move(all.held);
  return out;
}

// Gives back what the ledger counts; the records stay, for whoever still has
// them in hand.
void task_engine::drop_everything() {
  region_.each([this](task_record& r) {
    block result;
    std::unique_ptr<task_input[]> inputs;
    {
      std::lock_guard guard{r.lock};
      result = std::exchange(r.result, {});
      inputs = std::move(r.inputs);
    }
    if (result)
      memory_.credit(result);
    if (inputs)
      drop_inputs(r.state.slots(), std::move(inputs), false);
  });
}

// As the rest of the plan has it: consumers that will not read the block are
// done with it.
void task_engine::resume(task_record& r, const blocks& held) {
  const auto key = r.key();
  const auto done = [&](std::uint32_t ordinal) {
    note(r, task_event::release, ordinal, r.state.release(ordinal));
  };
  edges_->for_each_consumer(key, [&](std::uint32_t ordinal, const consumer& c) {
    if (!rest_->reads(c.task))
      done(ordinal);
  });
  if (edges_->is_root(key.layer) && !rest_->is_wanted(key))
    done(edges_->consumers(key));
  const auto what = rest_->of(key);
  if (what == remaining_work::part::running)
    note(r, task_event::resume_running, 0, r.state.resume_running());
  if (what != remaining_work::part::kept)
    return;
  const auto found = held.find(r.low);
  if (found == held.end())
    return; // told by a process that lies: its readers wait
  r.result = found->second;
  memory_.charge(r.result);
  note(r, task_event::resume_held, 0, r.state.resume_held());
}

bool task_engine::waits_for_kernel(task_record& r) const {
  std::lock_guard guard{r.lock};
  return rest_ && rest_->of(r.key()) == remaining_work::part::running
         && r.state.mine() && r.state.phase() == task_phase::running;
}

void task_engine::announce_kept() {
  if (!rest_)
    return;
  std::vector<std::pair<task_record*, block>> kept;
  region_.each([&](task_record& r) {
    if (rest_->of(r.key()) != remaining_work::part::kept || !r.state.mine())
      return;
    std::lock_guard guard{r.lock};
    if (r.result)
      kept.emplace_back(&r, r.result);
  });
  for (const auto& [r, data] : kept)
    deliver(*r, data);
}

} // namespace tern
