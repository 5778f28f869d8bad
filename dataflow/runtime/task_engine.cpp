// How a plan runs on one node: messages become events of task state machines,
// and their effects become messages again.
//
// Each event takes the lock of one task, asks its state machine, takes out
// (`collect`) whatever the effects will need, lets go of the lock, and then
// carries the effects out (`perform`). No two locks are held at once, so tasks
// may talk to each other in any direction. Chains of errors would recurse once
// a task; they go through a list of the thread's own instead.
//
// A message for a task that is not here goes to its owner, and from the owner
// to where the task is (task_state.cpp says why that ends).
//
// Blocks of other nodes are shared by all tasks of this node that read them:
// one `far_block`, one `want`, one transfer.

#include "dataflow/runtime/task_engine.hpp"

#include "dataflow/graph/edges.hpp"
#include "dataflow/runtime/task_effects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace tern {

task_engine::task_engine(std::shared_ptr<const edge_index> edges,
                         plan_view view, node_id self, options how,
                         ledger& memory, task_environment& world,
                         std::shared_ptr<const remaining_work> rest)
  : edges_(std::move(edges)), view_(std::move(view)), rest_(std::move(rest)),
    placement_(*edges_, view_, rest_), nodes_(view_),
    me_(nodes_.number_of(self)), how_(std::move(how)), memory_(memory),
    world_(world) {
  for (std::size_t i = 0; rest_ && i < nodes_.places(); ++i)
    if (rest_->is_dead(static_cast<node_index>(i)))
      nodes_.suspect(static_cast<node_index>(i));
}

task_engine::~task_engine() {
  drop_everything();
}

void task_engine::expand(const blocks& held) {
  if (is_guest())
    return; // owns nothing
  region_.expand(*edges_, placement_, me_, rest_.get(),
                 [&](const block_key& key, std::uint32_t slots,
                     std::uint32_t readers,
                     std::uint32_t priority) -> task_record& {
                   auto& r = make(key, slots, readers, priority);
                   if (rest_)
                     resume(r, held);
                   return r;
                 });
  source_end_.store(region_.sources().size());
}

task_record& task_engine::make(const block_key& key, std::uint32_t slots,
                               std::uint32_t readers, std::uint32_t priority) {
  auto& r = world_.make(key, slots, readers, true, priority);
  note(r, task_event::created, 1, effect::none);
  return r;
}

// -- sources ------------------------------------------------------------------

std::uint32_t task_engine::source_priority() const noexcept {
  const auto at = next_source_.load(std::memory_order_relaxed);
  return at < region_.sources().size()
             ? region_.sources()[at]->priority
             : std::numeric_limits<std::uint32_t>::max();
}

std::uint64_t task_engine::source_bytes() const {
  const auto at = next_source_.load(std::memory_order_relaxed);
  return at < source_end_.load(std::memory_order_relaxed)
             ? edges_->block_bytes(region_.sources()[at]->key())
             : 0;
}

task_record* task_engine::next_source(bool must_progress) {
  if (frozen_.load())
    return nullptr;
  const auto& sources = region_.sources();
  auto at = next_source_.load(std::memory_order_relaxed);
  while (at < sources.size()) {
    auto& r = *sources[at];
    if (!must_progress
        && !memory_.source_may_fire(edges_->block_bytes(r.key())))
      return nullptr;
    if (!next_source_.compare_exchange_weak(at, at + 1,
                                            std::memory_order_relaxed))
      continue;
    std::lock_guard guard{r.lock};
    const auto e = r.state.admit();
    note(r, task_event::admit, 0, e);
    if (has(e, effect::enqueue))
      return &r;
    ++at; // it moved before it fired
  }
  return nullptr;
}

// -- running ------------------------------------------------------------------

std::optional<std::vector<block>> task_engine::begin(task_record& r) {
  std::vector<block> inputs(r.state.slots());
  std::uint32_t here = 0;
  {
    std::lock_guard guard{r.lock};
    if (frozen_.load() || !r.state.start())
      return std::nullopt;
    note(r, task_event::start, 0, effect::none);
    while (r.inputs && here < inputs.size() && r.inputs[here].data) {
      inputs[here] = r.inputs[here].data;
      ++here;
    }
  }
  if (here == inputs.size())
    return inputs;
  fail(r, {failure_kind::kernel,
           fmt::format("illegal transition of task {}/{}: ready -> running in "
                       "epoch {} without input {}",
                       r.key().layer, r.key().index, r.state.epoch(), here)});
  return std::nullopt;
}

bool task_engine::finish(task_record& r, block&& result) {
  bool taken = true;
  memory_.charge(result);
  apply(r, [&] {
    if (frozen_.load()) {
      taken = false;
      return effect::none;
    }
    counters_.tasks_done.fetch_add(1, std::memory_order_relaxed);
    r.result = std::move(result);
    const auto e = r.state.finish();
    note(r, task_event::finish, 0, e);
    return takes_tasks() ? rotate(r, e) : send_off(r, e);
  });
  if (!taken)
    memory_.credit(result);
  else if (rest_ && rest_->has_run(r.key()))
    counters_.recomputed.fetch_add(1, std::memory_order_relaxed);
  return taken;
}

bool task_engine::fail(task_record& r, failure&& why) {
  bool taken = true;
  apply(r, [&] {
    if (frozen_.load()) {
      taken = false;
      return effect::none;
    }
    counters_.tasks_done.fetch_add(1, std::memory_order_relaxed);
    r.more().error =
        std::make_shared<task_failure>(task_failure{r.key(), std::move(why)});
    const auto e = r.state.fail();
    note(r, task_event::fail, 0, e);
    return e;
  });
  return taken;
}

// -- events -------------------------------------------------------------------

bool task_engine::can_run(layer_id layer) const {
  const auto* needs = needs_of(edges_->at(layer));
  return !needs || fits(*needs, how_.resources);
}

// To a node of the view, under the record's lock. A block may go anywhere, one
// that is being made, too: it moves when it is there.
bool task_engine::may_go(const task_record& r, node_index target) const {
  const auto* needs = needs_of(edges_->at(r.key().layer));
  if (!needs || r.state.holds_block() || r.state.phase() == task_phase::running)
    return true;
  return target < view_.places.size()
         && fits(*needs, view_.places[target].resources);
}

// With `--rotate` a due actor moves on to the next node of the view that lives
// and can have it.
effect task_engine::rotate(task_record& r, effect e) {
  if (!how_.rotate || !r.state.rotation_due())
    return e;
  const auto places = view_.places.size();
  auto next = static_cast<node_index>((me_ + 1u) % places);
  for (std::size_t tried = 1;
       next != me_ && (nodes_.is_suspected(next) || !may_go(r, next));
       ++tried) {
    if (tried == places)
      return e;
    next = static_cast<node_index>((next + 1u) % places);
  }
  if (next == me_)
    return e;
  const auto moved = r.state.move(next);
  note(r, task_event::move, next, moved);
  return e | moved;
}

namespace {

// The error that is first in the static order counts.
void keep_first_error(task_record& r, const task_failure_ptr& error) {
  auto& kept = r.more().error;
  if (!kept || error->origin < kept->origin)
    kept = error;
}

} // namespace

// A part of a block must not be taken for the block.
bool task_engine::goes_inside(const task_input& in) const {
  return in.data && in.data.bytes() <= how_.inline_bytes
         && !(in.far && in.far->part.task != 0);
}

dataflow_message task_engine::have_of(const task_input& in, std::uint64_t to,
                                      std::uint32_t slot) const {
  auto m = message_of(message_kind::have, to);
  m.from = in.producer;
  m.slot = slot;
  m.ordinal = in.ordinal;
  m.node = nodes_.id_of(in.holder);
  if (in.far && in.far->error) {
    m.kind = message_kind::erred;
    m.error = in.far->error;
  } else if (goes_inside(in)) {
    m.data = in.data;
  }
  return m;
}

void task_engine::fill(task_record& r, std::uint32_t slot, task_input&& in,
                       std::uint32_t hops) {
  dataflow_message onward;
  apply(
      r,
      [&] {
        const bool failed = in.far && in.far->error;
        const bool here = failed || static_cast<bool>(in.data);
        if (!r.state.lives_here()) {
          onward = have_of(in, r.low, slot);
          onward.hops = hops;
        }
        if (r.state.accepts(slot)) {
          if (failed)
            keep_first_error(r, in.far->error);
          r.input(slot) = std::move(in);
        }
        const auto e = failed ? r.state.fill_error(slot)
                              : r.state.fill(slot, here, how_.faults);
        note(r, failed ? task_event::fill_error : task_event::fill,
             slot * 2 + (here ? 1 : 0), e);
        return rotate(r, e);
      },
      [&] { return std::move(onward); });
  if (in.far) // not kept
    forget_far(std::move(in.far));
}

void task_engine::release(task_record& r, std::uint32_t ordinal,
                          std::uint32_t hops) {
  apply(
      r,
      [&] {
        const auto e = r.state.release(ordinal, how_.faults);
        note(r, task_event::release, ordinal, e);
        return e;
      },
      [&] {
        auto m = message_of(message_kind::release, r.low);
        m.ordinal = ordinal;
        m.hops = hops;
        return m;
      });
}

void task_engine::want(task_record& r, const request& by) {
  block data;
  task_failure_ptr error;
  bool answered = false;
  apply(
      r,
      [&] {
        const auto e = r.state.want();
        note(r, task_event::want, 0, e);
        if (has(e, effect::keep_want)) {
          auto& wants = r.more().wants;
          if (std::find(wants.begin(), wants.end(), by.asker) == wants.end())
            wants.push_back(by.asker);
        }
        answered = has(e, effect::answer);
        if (answered) {
          data = r.result;
          error = r.extras ? r.extras->error : nullptr;
        }
        return e;
      },
      [&] {
        auto m = message_of(message_kind::want, r.low, by.part.task);
        m.slot = by.part.slot;
        m.asker = by.asker;
        m.hops = by.hops;
        m.bytes = by.stamp;
        return m;
      });
  if (answered)
    answer(r, by, data, error);
}

void task_engine::suspect(node_id who) {
  auto node = nodes_.number_of(who); // one that is still to ask for work, too
  if (how_.faults.wrong_owner)
    node = static_cast<node_index>(node ^ 1u);
  if (node == no_node)
    return;
  nodes_.suspect(node);
  bool lost = false;
  region_.each([&](task_record& r) { lost = suspect(r, node) || lost; });
  ask_owners();
  if (lost)
    world_.lost(who);
}

// Whether a block is lost. A former holder tells the owner which way the task
// took: the dead node may not have had the time.
bool task_engine::suspect(task_record& r, node_index node) {
  bool lost = false;
  bool passed_on = false;
  std::uint32_t epoch = 0;
  apply(r, [&] {
    expect_from_owners(r, node);
    passed_on =
        !r.state.mine() && !r.state.lives_here() && r.state.target() == node;
    epoch = r.state.epoch();
    const auto e = r.state.suspect(node);
    note(r, task_event::suspect, node, e);
    lost = has(e, effect::lost);
    return e;
  });
  if (passed_on) {
    auto where = message_of(message_kind::location, r.low);
    where.epoch = epoch;
    where.node = nodes_.id_of(node);
    send(placement_.owner(r.key()), std::move(where));
  }
  return lost;
}

// Under the record's lock: the owner of an input that was lent to a dead node
// makes it again.
void task_engine::expect_from_owners(task_record& r, node_index suspected) {
  for (std::uint32_t i = 0; r.inputs && i < r.state.slots(); ++i) {
    auto& in = r.inputs[i];
    if (in.holder == suspected)
      in.holder = placement_.owner(unpack(in.producer));
  }
}

// Whatever this node has asked for may have been on its way to the dead node:
// it asks once more. Two answers do no harm.
void task_engine::ask_owners() {
  std::vector<part_key> asked;
  {
    std::lock_guard guard{far_mutex_};
    for (auto producer : asked_)
      asked.push_back({producer, {}});
    asked.insert(asked.end(), asked_parts_.begin(), asked_parts_.end());
  }
  std::sort(asked.begin(), asked.end());
  for (const auto& [producer, part] : asked)
    send_want(placement_.owner(unpack(producer)), producer, part);
}

// -- effects ------------------------------------------------------------------

task_engine::todo task_engine::collect(task_record& r, effect e) {
  todo what;
  what.effects = e;
  if (e == effect::none)
    return what;
  what.target = r.state.target();
  what.epoch = r.state.epoch();
  const bool ends = has(e, effect::deliver) || has(e, effect::deliver_error)
                    || has(e, effect::answer_kept);
  if (ends || has(e, effect::send_state))
    what.data = r.result;
  if (r.extras && ends) {
    what.error = r.extras->error;
    what.wants = std::move(r.extras->wants);
    r.extras->wants.clear();
  }
  if (has(e, effect::send_state) || has(e, effect::forward_absorbed))
    what.state = state_of(r);
  const bool gone = !r.state.mine() && r.state.phase() == task_phase::away;
  const bool ended_elsewhere =
      has(e, effect::forget_inputs) && has(e, effect::terminate);
  if (r.extras && (gone || ended_elsewhere)) { // they are the holder's
    r.extras->wants.clear();
    r.extras->monitors.clear();
  }
  if (has(e, effect::drop_inputs) || has(e, effect::forget_inputs))
    what.inputs = std::move(r.inputs);
  if (has(e, effect::drop_block) && r.result) {
    if (!how_.faults.lost_credit)
      memory_.credit(r.result);
    r.result = {};
  }
  if (has(e, effect::terminate) && r.extras) {
    what.monitors = std::move(r.extras->monitors);
    r.extras->monitors.clear();
  }
  return what;
}

void task_engine::perform(task_record& r, todo&& what) {
  const auto e = what.effects;
  if (has(e, effect::fetch))
    fetch(r);
  if (has(e, effect::enqueue))
    world_.ready(r);
  if (has(e, effect::deliver))
    deliver(r, what.data);
  if (has(e, effect::deliver_error))
    deliver_error(r, what.error);
  for (auto asker : what.wants)
    answer(r, {asker}, what.data, what.error);
  if (what.inputs)
    drop_inputs(r.state.slots(), std::move(what.inputs),
                has(e, effect::drop_inputs));
  if (has(e, effect::send_state))
    lend(r, what);
  else if (has(e, effect::forward_absorbed))
    forward_absorbed(r, what);
  if (has(e, effect::tell_finished))
    tell_owner(r, what, message_kind::finished);
  if (has(e, effect::tell_released))
    tell_owner(r, what, message_kind::released);
  if (has(e, effect::terminate))
    end(r, what);
}

void task_engine::tell_owner(const task_record& r, const todo& what,
                             message_kind kind) {
  auto m = message_of(kind, r.low, r.low);
  m.epoch = what.epoch;
  m.node = nodes_.id_of(me_);
  send(placement_.owner(r.key()), std::move(m));
}

void task_engine::end(task_record& r, const todo& what) {
  const bool moved =
      has(what.effects, effect::forget_inputs) && !r.state.mine();
  const char* reason = "released";
  if (moved)
    reason = "moved";
  else if (has(what.effects, effect::deliver_error))
    reason = "erred";
  world_.ended(r, reason);
  if (moved)
    return; // those who watch it moved with it
  for (auto asker : what.monitors) {
    auto down = message_of(message_kind::down, 0, r.low);
    down.text = reason;
    send(asker, std::move(down));
  }
}

void task_engine::deliver(const task_record& r, const block& data) {
  edges_->for_each_consumer(
      r.key(), [&](std::uint32_t ordinal, const consumer& c) {
        task_input in;
        in.data = data;
        in.producer = r.low;
        in.ordinal = ordinal;
        in.holder = me_;
        if (rest_ && !rest_->reads(c.task))
          return;
        const auto owner = placement_.owner(c.task);
        const auto low = pack(c.task);
        if (owner != me_) {
          auto m = have_of(in, low, c.slot);
          m.bytes = data.bytes();
          send(owner, std::move(m));
        } else if (auto* reader = region_.find(*edges_, low)) {
          fill(*reader, c.slot, std::move(in));
        }
      });
}

namespace {

// Errors of this thread that still have to go to consumers. One plan's error
// may be the answer for which a task of another one waits.
struct pending_errors {
  struct item {
    task_engine* engine;
    std::uint64_t task;
    task_failure_ptr error;
  };
  std::vector<item> items;
  bool busy = false;
};
thread_local pending_errors errors_of_thread;

} // namespace

void task_engine::deliver_error(const task_record& r,
                                const task_failure_ptr& error) {
  auto& pending = errors_of_thread;
  pending.items.push_back({this, r.low, error});
  if (pending.busy)
    return;
  pending.busy = true;
  while (!pending.items.empty()) {
    const auto item = std::move(pending.items.back());
    pending.items.pop_back();
    item.engine->tell_consumers(item.task, item.error);
  }
  pending.busy = false;
}

void task_engine::tell_consumers(std::uint64_t task,
                                 const task_failure_ptr& error) {
  edges_->for_each_consumer(
      unpack(task), [&](std::uint32_t, const consumer& c) {
        auto m = message_of(message_kind::erred, pack(c.task));
        m.from = task;
        m.slot = c.slot;
        m.error = error;
        send(placement_.owner(c.task), std::move(m));
      });
}

void task_engine::answer(const task_record& r, const request& by,
                         const block& data, const task_failure_ptr& error) {
  auto m = message_of(message_kind::block_data, 0, r.low);
  m.bytes = by.stamp;
  m.data = data;
  if (!data) {
    m.kind = message_kind::erred;
    m.error = error;
  }
  const bool part = data && by.part.task != 0 && world_.is_at_hand(data);
  if (part)
    world_.aside([this, by, whole = std::move(m)]() mutable {
      answer_with_part(by, std::move(whole));
    });
  else
    send(by.asker, std::move(m));
}

void task_engine::drop_inputs(std::uint32_t slots,
                              std::unique_ptr<task_input[]> inputs,
                              bool send_releases) {
  for (std::uint32_t i = 0; i < slots; ++i) {
    auto& in = inputs[i];
    const bool block_exists = in.holder != no_node;
    in.data = {};
    if (in.far)
      forget_far(std::move(in.far));
    if (!send_releases || !block_exists)
      continue;
    auto* producer =
        in.holder == me_ ? region_.find(*edges_, in.producer) : nullptr;
    if (producer) {
      release(*producer, in.ordinal);
      continue;
    }
    auto m = message_of(message_kind::release, in.producer);
    m.ordinal = in.ordinal;
    send(in.holder == me_ ? placement_.owner(unpack(in.producer)) : in.holder,
         std::move(m));
  }
}

// -- routing ------------------------------------------------------------------

// To nobody that is known: lost, as any message may be.
void task_engine::send(node_index to, dataflow_message m) {
  if (const auto id = nodes_.id_of(to))
    send(id, std::move(m));
  else
    counters_.dropped.fetch_add(1, std::memory_order_relaxed);
}

void task_engine::send(node_id to, dataflow_message m) {
  // an answer may be for somebody else on this node: the world knows
  if (to == nodes_.id_of(me_) && !is_answer(m)) {
    dispatch(std::move(m));
    return;
  }
  counters_.messages.fetch_add(1, std::memory_order_relaxed);
  if (m.data)
    counters_.bytes_moved.fetch_add(m.data.bytes(), std::memory_order_relaxed);
  world_.send(to, std::move(m));
}

void task_engine::receive(dataflow_message m) {
  counters_.messages.fetch_add(1, std::memory_order_relaxed);
  if (frozen_.load())
    counters_.dropped.fetch_add(1, std::memory_order_relaxed);
  else
    dispatch(std::move(m));
}

// Where messages for a task go that has left: along the way it took, each step
// a later epoch, so that they arrive. A guest that has not come yet: its owner.
node_index task_engine::next_place(const task_record& r,
                                   node_index target) const {
  return target == no_node ? placement_.owner(r.key()) : target;
}

// The record for the message's task; if it is not here the message goes on to
// the owner and the answer is null.
task_record* task_engine::find_or_pass_on(dataflow_message& m) {
  auto* r = region_.find(*edges_, m.to);
  if (!r)
    pass_on(is_task(m.to) ? placement_.owner(unpack(m.to)) : no_node,
            std::move(m));
  return r;
}

void task_engine::pass_on(node_index to, dataflow_message m) {
  if (to == me_ || ++m.hops > max_hops) {
    counters_.dropped.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  send(to, std::move(m));
}

bool task_engine::is_task(std::uint64_t low) const {
  const auto key = unpack(low);
  return key.layer < edges_->layers() && edges_->is_needed(key);
}

void task_engine::dispatch(dataflow_message&& m) {
  switch (m.kind) {
  case message_kind::block_data:
    if (m.data)
      arrived(m);
    return;
  case message_kind::lend:
    receive_lend(m);
    return;
  case message_kind::erred:
    if (m.to == 0) // the answer to a want: the block will never come
      return;
    break;
  default:
    break;
  }
  if (auto* r = find_or_pass_on(m))
    dispatch_to(*r, m);
}

void task_engine::dispatch_to(task_record& r, dataflow_message& m) {
  switch (m.kind) {
  case message_kind::have:
  case message_kind::erred:
    fill(r, m.slot,
         input_of(m.from, m.ordinal, {r.low, m.slot}, nodes_.number_of(m.node),
                  std::move(m.data), std::move(m.error)),
         m.hops);
    return;
  case message_kind::want:
    want(r, {m.asker, m.hops, m.bytes, {m.from, m.slot}});
    return;
  case message_kind::release:
    release(r, m.ordinal, m.hops);
    return;
  case message_kind::monitor:
    monitor(r, m.asker, m.hops);
    return;
  case message_kind::order_move:
    order(r, m);
    return;
  case message_kind::inspect:
    inspect(r, m);
    return;
  case message_kind::location:
    locate(r, m);
    return;
  default:
    apply(r, [&] { return lending_event(r, m); });
  }
}

// News of a move to a node that has died since: the task comes back, or its
// block is lost, which the world has to hear.
void task_engine::locate(task_record& r, const dataflow_message& m) {
  const auto where = nodes_.number_of(m.node);
  apply(r, [&] {
    const auto e = r.state.location(where, m.epoch);
    note(r, task_event::location, (m.epoch << 16) | where, e);
    return e;
  });
  if (nodes_.is_suspected(where) && suspect(r, where))
    world_.lost(m.node);
}

} // namespace tern
