// The part of the engine that moves tasks. The protocol is told in
// task_state.cpp; this file is about what travels.

#include "dataflow/runtime/task_effects.hpp"
#include "dataflow/runtime/task_engine.hpp"

#include <algorithm>
#include <utility>

namespace tern {

// Under the record's lock: all that the next holder has to know.
std::shared_ptr<lend_body> task_engine::state_of(task_record& r) {
  auto body = std::make_shared<lend_body>();
  body->snapshot = r.state.snapshot();
  body->priority = r.priority;
  if (r.extras) {
    body->wants = r.extras->wants;
    body->monitors = r.extras->monitors;
  }
  for (std::uint32_t i = 0; i < r.state.consumers(); ++i)
    if (r.state.is_released(i))
      body->released.push_back(i);
  if (r.state.left_as_block())
    return body;
  for (std::uint32_t i = 0; r.inputs && i < r.state.slots(); ++i) {
    if (!r.state.is_filled(i))
      continue;
    const auto& in = r.inputs[i];
    lend_body::input out;
    out.slot = i;
    out.producer = in.producer;
    out.ordinal = in.ordinal;
    out.holder = nodes_.id_of(in.holder);
    if (in.far && in.far->error)
      out.error = in.far->error;
    else if (goes_inside(in))
      out.data = in.data;
    body->inputs.push_back(std::move(out));
  }
  return body;
}

void task_engine::lend(const task_record& r, todo& what) {
  counters_.migrations.fetch_add(1, std::memory_order_relaxed);
  auto m = message_of(message_kind::lend, r.low, r.low);
  m.node = nodes_.id_of(me_);
  m.epoch = what.epoch;
  if (what.state->snapshot.holds_block)
    m.data = std::move(what.data);
  m.lend = std::move(what.state);
  send(what.target, std::move(m));
}

// A state that comes again is not refused after it was taken.
bool task_engine::has_had(std::uint64_t low, std::uint32_t epoch) const {
  auto* known = region_.find(*edges_, low);
  if (!known)
    return false;
  std::lock_guard guard{known->lock};
  return known->state.epoch() >= epoch;
}

// A record of its own for each visit: an earlier one has ended as an actor.
// Null for a state that is older than the last visit.
task_record* task_engine::record_for_guest(std::uint64_t low,
                                           const lend_body& body) {
  if (auto* known = region_.find(*edges_, low)) {
    std::lock_guard guard{known->lock};
    if (known->state.mine() || known->state.lives_here())
      return known;
    if (known->state.epoch() >= body.snapshot.epoch
        && !how_.faults.accept_equal_epoch)
      return nullptr;
  }
  const auto key = unpack(low);
  const auto readers =
      edges_->consumers(key) + (edges_->is_root(key.layer) ? 1 : 0);
  auto& r = world_.make(key, edges_->slots(key), readers, false, body.priority);
  note(r, task_event::created, 0, effect::none);
  region_.lend(r);
  return &r;
}

void task_engine::receive_lend(dataflow_message& m) {
  if (!m.lend || !is_task(m.to))
    return;
  const auto from = nodes_.number_of(m.node);
  const bool willing =
      takes_tasks() && memory_.may_take(m.data ? m.data.bytes() : 0)
      && (m.lend->snapshot.holds_block || can_run(unpack(m.to).layer));
  if (!willing && !has_had(m.to, m.lend->snapshot.epoch)) {
    auto no = message_of(message_kind::refused, m.to);
    no.epoch = m.lend->snapshot.epoch;
    no.node = nodes_.id_of(me_);
    send(from, std::move(no));
    return;
  }
  auto* guest = record_for_guest(m.to, *m.lend);
  if (!guest)
    return;
  auto& r = *guest;
  bool fresh = false;
  bool known = false;
  apply(r, [&] {
    const auto& s = m.lend->snapshot;
    const auto before = r.state.epoch();
    const bool lender_lost = nodes_.is_suspected(from);
    const auto e = r.state.install(s, lender_lost, how_.faults);
    note(r, task_event::install, install_argument(s, lender_lost), e);
    known = has(e, effect::tell_installed);
    fresh = known && (before != s.epoch || how_.faults.accept_equal_epoch);
    if (fresh && s.holds_block && !r.result) {
      r.result = m.data;
      memory_.charge(r.result);
    }
    if (lender_lost)
      return e;
    return leaving_.load() ? depart(r, e) : rotate(r, e);
  });
  if (fresh)
    install_parts(r, *m.lend);
  if (!known)
    return;
  auto told = message_of(message_kind::installed, m.to);
  told.epoch = m.lend->snapshot.epoch;
  told.node = nodes_.id_of(me_);
  const auto owner = placement_.owner(unpack(m.to));
  if (owner != me_ && owner != from) {
    auto where = told;
    where.kind = message_kind::location;
    send(owner, std::move(where));
  }
  send(from, std::move(told));
}

void task_engine::install_parts(task_record& r, const lend_body& body) {
  for (const auto& in : body.inputs)
    fill(r, in.slot,
         input_of(in.producer, in.ordinal, {r.low, in.slot},
                  nodes_.number_of(in.holder), in.data, in.error));
  for (auto ordinal : body.released)
    release(r, ordinal);
  for (auto asker : body.wants)
    want(r, {asker});
  for (auto asker : body.monitors)
    monitor(r, asker);
}

void task_engine::forward_absorbed(const task_record& r, const todo& what) {
  auto next = [&](message_kind kind) {
    return message_of(kind, r.low);
  };
  for (const auto& in : what.state->inputs) {
    auto m = next(in.error ? message_kind::erred : message_kind::have);
    m.from = in.producer;
    m.slot = in.slot;
    m.ordinal = in.ordinal;
    m.node = in.holder;
    m.data = in.data;
    m.error = in.error;
    send(what.target, std::move(m));
  }
  for (auto ordinal : what.state->released) {
    auto m = next(message_kind::release);
    m.ordinal = ordinal;
    send(what.target, std::move(m));
  }
  for (auto asker : what.state->wants) {
    auto m = next(message_kind::want);
    m.asker = asker;
    send(what.target, std::move(m));
  }
  for (auto asker : what.state->monitors) {
    auto m = next(message_kind::monitor);
    m.asker = asker;
    send(what.target, std::move(m));
  }
}

effect task_engine::lending_event(task_record& r, const dataflow_message& m) {
  auto noted = [&](task_event event, std::uint32_t argument, effect e) {
    note(r, event, argument, e);
    return e;
  };
  switch (m.kind) {
  case message_kind::installed:
    return noted(task_event::installed, m.epoch, r.state.installed(m.epoch));
  case message_kind::refused:
    if (!r.state.left_as_block())
      nodes_.decline(nodes_.find(m.node));
    return noted(task_event::refused, m.epoch, r.state.refused(m.epoch));
  case message_kind::finished:
    return noted(task_event::finished_elsewhere, m.epoch,
                 r.state.finished_elsewhere(m.epoch));
  case message_kind::released:
    return noted(task_event::released_elsewhere, m.epoch,
                 r.state.released_elsewhere());
  default:
    return effect::none;
  }
}

// -- leaving ------------------------------------------------------------------

void task_engine::leave() {
  leaving_.store(true);
  region_.each([&](task_record& r) {
    apply(r, [&] { return depart(r, effect::none); });
  });
}

// Sources stay: nobody has granted them memory elsewhere.
effect task_engine::depart(task_record& r, effect e) {
  const bool source = r.state.slots() == 0 && !r.state.holds_block();
  return source ? e : send_off(r, e);
}

// One that cannot move stays.
effect task_engine::send_off(task_record& r, effect e) {
  const auto target = r.state.may_move() ? next_host(r) : no_node;
  if (target == no_node)
    return e;
  const auto moved = r.state.move(target);
  note(r, task_event::move, target, moved);
  return e | moved;
}

// The nodes of the view in turn, but for this one and those that take nothing.
node_index task_engine::next_host(const task_record& r) {
  const auto places = nodes_.places();
  for (std::size_t tried = 0; tried < places; ++tried) {
    const auto next = static_cast<node_index>(
        sent_off_.fetch_add(1, std::memory_order_relaxed) % places);
    if (next != me_ && !nodes_.is_suspected(next) && !nodes_.has_declined(next)
        && may_go(r, next))
      return next;
  }
  return no_node;
}

// -- what people and tests ask ------------------------------------------------

void task_engine::monitor(task_record& r, node_id asker, std::uint32_t hops) {
  bool ended = false;
  bool erred = false;
  apply(
      r,
      [&] {
        const auto e = r.state.watch();
        note(r, task_event::watch, 0, e);
        ended = has(e, effect::answer);
        erred = r.state.phase() == task_phase::erred;
        if (has(e, effect::keep_want)) {
          auto& monitors = r.more().monitors;
          if (std::find(monitors.begin(), monitors.end(), asker)
              == monitors.end())
            monitors.push_back(asker);
        }
        return e;
      },
      [&] {
        auto m = message_of(message_kind::monitor, r.low);
        m.asker = asker;
        m.hops = hops;
        return m;
      });
  if (!ended)
    return;
  auto down = message_of(message_kind::down, 0, r.low);
  down.text = erred ? "erred" : "released";
  send(asker, std::move(down));
}

bool task_engine::move(const block_key& key, node_index target) {
  auto* r = region_.find(*edges_, pack(key));
  if (!r || target >= nodes_.size() || target == me_
      || nodes_.is_suspected(target))
    return false;
  bool moves = false;
  apply(*r, [&] {
    if (!may_go(*r, target))
      return effect::none;
    moves = r->state.may_move();
    const auto e = r->state.move(target);
    note(*r, task_event::move, target, e);
    return e;
  });
  return moves;
}

void task_engine::order(task_record& r, dataflow_message& m) {
  task_phase phase;
  {
    std::lock_guard guard{r.lock};
    phase = r.state.phase();
  }
  if (phase == task_phase::away) {
    pass_on(next_place(r, r.state.target()), std::move(m));
    return;
  }
  auto reply = message_of(message_kind::order_moved, 0, r.low);
  reply.node = nodes_.id_of(me_);
  reply.ordinal = me_;
  reply.epoch = m.ordinal < nodes_.places()
                        && move(r.key(), static_cast<node_index>(m.ordinal))
                    ? 1
                    : 0;
  reply.text = name_of(phase);
  send(m.asker, std::move(reply));
}

// Under the task's lock.
void task_engine::name_missing_input(const task_record& r,
                                     dataflow_message& to) const {
  edges_->each_input(r.key(), [&](std::uint32_t slot, block_key producer) {
    if (to.bytes != 0)
      return;
    if (!r.state.is_filled(slot)) {
      to.bytes = pack(producer);
    } else if (const auto& in = r.inputs[slot]; !in.data) {
      to.bytes = pack(producer);
      to.asker = nodes_.id_of(in.holder);
    }
  });
}

resource_lack task_engine::lack_of(const task_record& r) const {
  if (!can_run(r.key().layer))
    return resource_lack::never_there;
  return world_.waits_for_resources(r) ? resource_lack::in_use
                                       : resource_lack::none;
}

void task_engine::inspect(task_record& r, dataflow_message& m) {
  auto reply = message_of(message_kind::inspected, 0, r.low);
  task_phase phase;
  {
    std::lock_guard guard{r.lock};
    phase = r.state.phase();
    reply.epoch = r.state.epoch();
    reply.slot = r.state.slots() - r.state.missing();
    if (phase == task_phase::waiting || phase == task_phase::fetching)
      name_missing_input(r, reply);
  }
  if (phase == task_phase::away)
    return pass_on(next_place(r, r.state.target()), std::move(m));
  reply.node = nodes_.id_of(me_);
  reply.ordinal = me_;
  reply.text = name_of(phase);
  if (phase == task_phase::ready)
    reply.bytes = static_cast<std::uint64_t>(lack_of(r));
  if (phase == task_phase::running) {
    const auto e = world_.execution_of(r);
    reply.slot = e ? 1 + e->thread : 0;
    reply.bytes = e ? e->ns : 0;
  }
  send(m.asker, std::move(reply));
}

} // namespace tern
