#include "dataflow/runtime/plan_host.hpp"

#include "actors/node.hpp"
#include "actors/trace/clock.hpp"
#include "actors/trace/tracer.hpp"
#include "dataflow/graph/memory_need.hpp"
#include "dataflow/runtime/hooks.hpp"
#include "dataflow/runtime/message_codec.hpp"
#include "dataflow/runtime/recorded_transition.hpp"
#include "dataflow/runtime/running_call.hpp"
#include "dataflow/runtime/spill_count.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

namespace {

// Blocks of other plans that are asked for at once, by compute thread.
constexpr std::size_t most_awaited = 2;

// The block of another plan that a task is about to take, or the error.
thread_local const result<block>* fetched = nullptr;

// This thread gives tasks to a node that has nothing to do.
thread_local bool gives = false;

block take_fetched(const held_call&, std::int64_t) {
  if (!*fetched)
    throw task_error{fetched->error()};
  return **fetched;
}

std::vector<std::optional<held_call>> held_calls_of(const edge_index& edges) {
  std::vector<std::optional<held_call>> all(edges.layers());
  for (layer_id id = 0; id < edges.layers(); ++id)
    if (const auto* call = std::get_if<op_call>(&edges.at(id).op))
      all[id] = decode_held(*call);
  return all;
}

std::vector<bool> calls_of(const edge_index& edges) {
  std::vector<bool> all(edges.layers());
  for (layer_id id = 0; id < edges.layers(); ++id)
    if (const auto* call = std::get_if<op_call>(&edges.at(id).op))
      all[id] = !decode_held(*call) && !is_receipt(*call);
  return all;
}

/// Bytes of blocks that go with a task.
std::uint64_t bytes_of(const dataflow_message& lend) {
  std::uint64_t bytes = lend.data ? lend.data.bytes() : 0;
  for (const auto& in : lend.lend->inputs)
    bytes += in.data ? in.data.bytes() : 0;
  return bytes;
}

// A task goes with `lend`; whoever has got it says `installed`.
void record_move(tracer& trace, std::uint64_t plan, node_id to,
                 const dataflow_message& m) {
  const actor_id task{plan, m.to};
  if (m.kind == message_kind::lend && m.lend)
    trace.emit_between(gives ? trace_kind::stolen : trace_kind::lent, task,
                       bytes_of(m), 0, to);
  else if (m.kind == message_kind::installed)
    trace.emit_between(trace_kind::moved, task, m.epoch, 0, to);
}

// What this thread did for a task that needs room, or for a plan's next source.
void record_spilling(tracer& trace, const actor_id& cause) {
  const auto bytes = take_spill_count();
  if (bytes.written > 0)
    trace.emit(trace_kind::spilled, cause, bytes.written);
  if (bytes.read > 0)
    trace.emit(trace_kind::read_back, cause, bytes.read);
}

std::string words_of(const std::vector<node_id>& nodes) {
  std::string out;
  for (auto each : nodes)
    out += (out.empty() ? "" : ", ") + to_string(each);
  return out;
}

} // namespace

plan_host::plan_host(const plan& p, std::shared_ptr<const edge_index> edges,
                     std::uint64_t id_of_round,
                     std::shared_ptr<const remaining_work> rest,
                     surroundings world)
  : id_(p.id), id_of_round_(id_of_round), world_(std::move(world)),
    held_(held_calls_of(*edges)), is_call_(calls_of(*edges)), rest_(rest),
    hooks_(hooks_with(world_.kernels, *edges, take_fetched)),
    times_(edges->layers()), spilled_before_(world_.memory.spilled()),
    arena_(world_.self.system()),
    engine_(std::move(edges), p.view, world_.self.id(),
            {.rotate = p.rotate,
             .record = p.record,
             .inline_bytes = inline_limit,
             .takes_tasks = knows_all(world_.kernels, *edges),
             .resources = world_.resources.all(),
             .faults = {}},
            world_.memory, *this, std::move(rest)) {
  hooks_.abandoned = [this] {
    return abandoned_.load(std::memory_order_relaxed);
  };
}

// A message that came after `close` may have made a task ready all the same,
// and whoever gives resources back may have woken one.
plan_host::~plan_host() {
  closed_.store(true);
  world_.pool.remove(*this);
  world_.resources.forget(*this);
  world_.pool.remove(*this);
}

void plan_host::close() {
  closed_.store(true);
  abandon();
  world_.pool.remove(*this);
  world_.resources.forget(*this);
}

task_engine::remains plan_host::withdraw() {
  closed_.store(true);
  auto left = engine_.freeze();
  world_.pool.withdraw(*this);
  world_.resources.forget(*this);
  return left;
}

plan_reply plan_host::reply() const {
  plan_reply r;
  const auto& n = engine_.count();
  r.id = id_;
  r.tasks = static_cast<std::uint64_t>(engine_.owned());
  r.done = n.tasks_done.load();
  r.messages = n.messages.load();
  r.migrations = n.migrations.load();
  r.bytes_moved = n.bytes_moved.load();
  r.steals = n.steals.load();
  r.recomputed = n.recomputed.load();
  if (const auto layers = engine_.edges().layers(); layers <= most_told_layers)
    for (layer_id id = 0; id < layers; ++id)
      r.done_by_layer.push_back(times_.done(id));
  const auto& nodes = engine_.nodes();
  for (auto i = nodes.places(); i < nodes.size(); ++i)
    if (!nodes.is_suspected(static_cast<node_index>(i)))
      r.guests.push_back(nodes.id_of(static_cast<node_index>(i)));
  r.peak_bytes = world_.memory.peak();
  r.bytes_spilled = world_.memory.spilled() - spilled_before_;
  return r;
}

// -- running -----------------------------------------------------------

// A task that has to wait for resources is out of the ready queue until some
// are given back.
void plan_host::run(task_record& task) {
  if (const auto* needs = needs_of(engine_.edges().at(task.key().layer))) {
    if (closed_.load()
        || !world_.resources.take_or_wait(*needs, {this, &task, task.priority}))
      return;
    resource_grant grant{world_.resources, *needs};
    return run(task, grant);
  }
  resource_grant nothing;
  run(task, nothing);
}

void plan_host::run(task_record& task, resource_grant& grant) {
  auto inputs = engine_.begin(task);
  if (!inputs)
    return;
  world_.self.trace().emit(trace_kind::fired, name_of_task(task));
  if (const auto& from = held_[task.key().layer])
    fetch_held(task, *from);
  else
    run_here(task, std::move(*inputs), grant);
}

void plan_host::run_here(task_record& task, std::vector<block> inputs,
                         resource_grant& grant) {
  auto room =
      world_.spill.begin(inputs, engine_.edges().block_bytes(task.key()));
  record_spilling(world_.self.trace(), name_of_task(task));
  const auto run = [&] {
    return is_call_[task.key().layer] ? run_call(task, inputs, *room, grant)
                                      : run_kernel(task, inputs);
  };
  auto outcome = room ? run() : result<block>{beyond_limit(room.error())};
  grant.rest();
  if (room)
    room->read();
  inputs.clear();
  take_outcome(task, std::move(outcome));
}

// The task runs, but on no thread: when the block comes it is the outcome.
void plan_host::fetch_held(task_record& task, const held_call& from) {
  const auto bytes = engine_.edges().block_bytes(task.key());
  world_.memory.promise(bytes);
  awaited_.fetch_add(1);
  world_.held(from, task.key().index,
              [self = shared_from_this(), &task, bytes](result<block> got) {
                self->world_.memory.keep_promise(bytes);
                self->awaited_.fetch_sub(1);
                fetched = &got;
                auto outcome = self->run_kernel(task, {});
                fetched = nullptr;
                self->take_outcome(task, std::move(outcome));
              });
}

void plan_host::take_outcome(task_record& task, result<block> outcome) {
  world_.self.trace().emit(outcome ? trace_kind::finished : trace_kind::failed,
                           name_of_task(task));
  const bool again = rest_ && rest_->has_run(task.key());
  const bool taken = outcome ? engine_.finish(task, std::move(*outcome))
                             : engine_.fail(task, std::move(outcome.error()));
  if (!taken)
    world_.late(task.low, std::move(outcome));
  else if (again)
    world_.self.trace().emit(trace_kind::recomputed, name_of_task(task));
  if (taken && outcome)
    times_.finish(task.key().layer);
  world_.self.flush();
}

tl::unexpected<failure> plan_host::beyond_limit(const failure& why) const {
  return fail(failure_kind::memory,
              fmt::format("the limit of {} cannot be kept: {}",
                          size_text(world_.self.self().memory_limit),
                          why.what));
}

// Two functions that may have killed a node do not run beside each other: so
// the next death convicts one of them at most, and none that is innocent but
// long is named with it again and again.
result<block> plan_host::run_call(const task_record& task,
                                  std::span<const block> inputs,
                                  spiller::room& room, resource_grant& grant) {
  const auto died =
      rest_ ? rest_->died_with(task.key()) : std::vector<node_id>{};
  if (died.size() >= most_deaths)
    return fail(failure_kind::kernel,
                fmt::format("{}: poisonous: {} nodes died while they ran it "
                            "({}), so no other does",
                            describe(engine_.edges(), task.key()), died.size(),
                            words_of(died)));
  std::unique_lock<std::mutex> alone;
  if (!died.empty() && world_.alone)
    alone = std::unique_lock{*world_.alone};
  const running_call here{{&world_.self, &world_.kernels, world_.pool.threads(),
                           world_.note, &room, &grant, &abandoned_,
                           &world_.resources.all()},
                          {id_, task.low},
                          std::move(alone)};
  return run_kernel(task, inputs);
}

result<block> plan_host::run_kernel(const task_record& task,
                                    std::span<const block> inputs) {
  if (!world_.timed || !world_.timed->load(std::memory_order_relaxed))
    return try_task(engine_.edges(), task.key(), inputs, hooks_);
  const auto begin = monotonic_ns();
  auto outcome = try_task(engine_.edges(), task.key(), inputs, hooks_);
  times_.add(task.key().layer, monotonic_ns() - begin);
  return outcome;
}

task_record* plan_host::next_source(bool must_progress) {
  // no thread waits for these, so something else has to bound them
  if (awaited_.load() >= most_awaited * world_.pool.threads())
    return nullptr;
  return engine_.next_source(must_progress);
}

bool plan_host::make_room() {
  const auto bytes = engine_.source_bytes();
  const bool made = bytes > 0 && world_.spill.make_room(bytes);
  record_spilling(world_.self.trace(), {id_, 0});
  return made;
}

std::uint32_t plan_host::source_priority() const noexcept {
  return engine_.source_priority();
}

bool plan_host::waits_for_blocks() const noexcept {
  return engine_.fetching() > 0 || awaited_.load() > 0;
}

// -- giving work away ---------------------------------------------------------

std::size_t plan_host::give(steal_terms& terms) {
  if (closed_.load() || (terms.satisfied() && terms.waiting == 0)
      || !has_work_to_give())
    return 0;
  const auto plan_for_guest = introduction(terms.thief);
  if (plan_for_guest.size() > most_plan_bytes)
    return 0; // no message holds it
  const auto before = terms.tasks;
  gives = true;
  auto given = give_waiting(terms);
  const auto kept =
      engine_.give(world_.pool.take_back(*this, terms.tasks), terms);
  gives = false;
  for (auto* task : kept)
    ready(*task);
  if (before > terms.tasks)
    world_.resources.wake(); // those that went may have been woken for some
  given += before - terms.tasks;
  if (given > 0 && !plan_for_guest.empty() && !closed_.load()) {
    introduced_.push_back(terms.thief);
    envelope head;
    head.to = {id_, 0};
    world_.self.send(terms.thief, message_kind::plan_lent, head,
                     plan_for_guest);
  }
  return given;
}

// Tasks that wait here for resources, of which the thief has enough.
std::size_t plan_host::give_waiting(steal_terms& terms) {
  auto some = terms;
  some.tasks = terms.waiting;
  const auto kept = engine_.give_ready(
      world_.resources.take_back(*this, some.tasks, terms.resources), some);
  for (auto* task : kept)
    ready(*task);
  const auto given = terms.waiting - some.tasks;
  terms.waiting = some.tasks;
  terms.room = some.room;
  terms.work_ns = some.work_ns;
  return given;
}

bool plan_host::has_work_to_give() const {
  return engine_.sources_left() > 0 || world_.pool.queued() > 0
         || world_.resources.surplus() > 0;
}

// A node outside the view does not have the plan; with its first task it gets
// it. The tasks may be there before it is: they wait for it.
std::vector<std::byte> plan_host::introduction(node_id thief) {
  const auto& nodes = engine_.nodes();
  const bool has_it =
      !nodes.is_guest(nodes.find(thief))
      || std::find(introduced_.begin(), introduced_.end(), thief)
             != introduced_.end();
  return has_it ? std::vector<std::byte>{} : encode(world_.copy());
}

// -- what the engine asks -----------------------------------------------------

task_record& plan_host::make(const block_key& key, std::uint32_t slots,
                             std::uint32_t consumers, bool mine,
                             std::uint32_t priority) {
  return arena_.make(static_cast<task_mail&>(*this), key, slots, consumers,
                     mine, priority);
}

void plan_host::ready(task_record& r) {
  if (!closed_.load(std::memory_order_relaxed))
    world_.pool.push(*this, r);
}

void plan_host::send(node_id to, dataflow_message m) {
  if (world_.local(to, m))
    return;
  if (to == world_.self.id()) {
    world_.here(std::move(m));
    return;
  }
  record_move(world_.self.trace(), id_, to, m);
  if (m.kind == message_kind::want) // how long the block takes to come
    m.bytes = monotonic_ns();
  if (m.data.bytes() > spill_file::largest_kept) // lest the link waits for it
    spill_file::process().will_read(m.data.storage());
  // an answer is right in any round
  auto out = encode(m, is_answer(m) ? id_ : id_of_round_);
  out.head.cause = 0;
  if (out.bulk)
    world_.self.send_bulk(to, m.kind, out.head, out.payload,
                          std::move(out.bulk));
  else
    world_.self.send(to, m.kind, out.head, out.payload);
}

void plan_host::ended(task_record& r, std::string_view reason) {
  auto why = lean_end::done;
  if (reason == "erred")
    why = lean_end::erred;
  else if (reason == "moved")
    why = lean_end::moved;
  static_cast<task_actor&>(r).terminate(why);
}

void plan_host::transition(const task_record& r, std::uint8_t event,
                           std::uint32_t argument, effect effects) {
  if (!world_.self.trace().enabled())
    return;
  world_.self.trace().emit(
      trace_kind::transition, name_of_task(r),
      pack(recorded_transition{static_cast<task_event>(event), argument,
                               effects}));
}

void plan_host::aside(std::function<void()> f) {
  world_.aside([host = weak_from_this(), f = std::move(f)] {
    if (const auto self = host.lock()) {
      f();
      self->world_.self.flush();
    }
  });
}

bool plan_host::is_at_hand(const block& data) const {
  return data.bytes() <= spill_file::largest_kept
         || !spill_file::process().is_spilled(data.storage());
}

void plan_host::lost(node_id node) {
  world_.lost(node);
}

bool plan_host::receive_bytes(std::span<const char> bytes) {
  // kind (2 bytes, little endian), the task (8 bytes), then the message
  constexpr std::size_t prefix = 10;
  if (bytes.size() < prefix)
    return false;
  std::uint64_t to = 0;
  for (std::size_t i = 0; i < 8; ++i)
    to |= std::uint64_t{static_cast<unsigned char>(bytes[2 + i])} << (8 * i);
  const auto kind =
      static_cast<message_kind>(static_cast<unsigned char>(bytes[0])
                                | (static_cast<unsigned char>(bytes[1]) << 8));
  envelope head;
  head.to = {id_, to};
  auto m = decode(kind, head, std::as_bytes(bytes.subspan(prefix)), {});
  if (!m)
    return false;
  engine_.receive(std::move(*m));
  world_.self.flush();
  return true;
}

} // namespace tern
