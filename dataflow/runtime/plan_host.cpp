#include "dataflow/runtime/plan_host.hpp"

#include "actors/node.hpp"
#include "actors/trace/clock.hpp"
#include "actors/trace/tracer.hpp"
#include "dataflow/graph/memory_need.hpp"
#include "dataflow/runtime/hooks.hpp"
#include "dataflow/runtime/message_codec.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern {

plan_host::plan_host(const plan& p, std::shared_ptr<const edge_index> edges,
                     surroundings world)
  : id_(p.id), keep_seconds_(p.keep_seconds), world_(std::move(world)),
    hooks_(hooks_with(world_.kernels, *edges, world_.held)),
    times_(edges->layers()), spilled_before_(world_.memory.spilled()),
    rotate_(p.rotate), record_(p.record), arena_(world_.self.system()),
    engine_(std::move(edges), p.view, world_.self.id(),
            {.rotate = p.rotate,
             .record = p.record,
             .inline_bytes = inline_limit,
             .takes_tasks = knows_all(world_.kernels, *edges),
             .faults = {}},
            world_.memory, *this) {}

// A message that came after `close` may have made a task ready all the same.
plan_host::~plan_host() {
  world_.pool.remove(*this);
}

void plan_host::close() {
  closed_.store(true);
  world_.pool.remove(*this);
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
  const auto& nodes = engine_.nodes();
  for (auto i = nodes.places(); i < nodes.size(); ++i)
    r.guests.push_back(nodes.id_of(static_cast<node_index>(i)));
  r.peak_bytes = world_.memory.peak();
  r.bytes_spilled = world_.memory.spilled() - spilled_before_;
  return r;
}

// -- running -----------------------------------------------------------

void plan_host::run(task_record& task) {
  auto inputs = engine_.begin(task);
  if (!inputs)
    return;
  auto& trace = world_.self.trace();
  trace.emit(trace_kind::fired, name_of_task(task));
  auto room =
      world_.spill.begin(*inputs, engine_.edges().block_bytes(task.key()));
  auto outcome = room ? run_kernel(task, *inputs)
                      : result<block>{beyond_limit(room.error())};
  if (room)
    room->read();
  inputs.reset();
  if (outcome) {
    trace.emit(trace_kind::finished, name_of_task(task));
    engine_.finish(task, std::move(*outcome));
  } else {
    trace.emit(trace_kind::failed, name_of_task(task));
    engine_.fail(task, std::move(outcome.error()));
  }
  world_.self.flush();
}

tl::unexpected<failure> plan_host::beyond_limit(const failure& why) const {
  return fail(failure_kind::memory,
              fmt::format("the limit of {} cannot be kept: {}",
                          size_text(world_.self.self().memory_limit),
                          why.what));
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
  return engine_.next_source(must_progress);
}

bool plan_host::make_room() {
  const auto bytes = engine_.source_bytes();
  return bytes > 0 && world_.spill.make_room(bytes);
}

std::uint32_t plan_host::source_priority() const noexcept {
  return engine_.source_priority();
}

bool plan_host::waits_for_blocks() const noexcept {
  return engine_.fetching() > 0;
}

// -- giving work away ---------------------------------------------------------

std::size_t plan_host::give(steal_terms& terms) {
  if (closed_.load() || terms.satisfied())
    return 0;
  const auto before = terms.tasks;
  const auto kept =
      engine_.give(world_.pool.take_back(*this, terms.tasks), terms);
  for (auto* task : kept)
    ready(*task);
  const auto given = before - terms.tasks;
  if (given > 0)
    introduce(terms.thief);
  return given;
}

// A node outside the view does not have the plan. The tasks may be there before
// it is: they wait for it.
void plan_host::introduce(node_id guest) {
  if (!engine_.nodes().is_guest(engine_.nodes().find(guest))
      || std::find(introduced_.begin(), introduced_.end(), guest)
             != introduced_.end())
    return;
  introduced_.push_back(guest);
  plan p;
  p.id = id_;
  p.view = engine_.view();
  p.rotate = rotate_;
  p.record = record_;
  p.keep_seconds = keep_seconds_;
  p.work = engine_.edges().source();
  envelope head;
  head.to = {id_, 0};
  world_.self.send(guest, message_kind::plan_lent, head, encode(p));
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
  if (m.kind == message_kind::want) // how long the block takes to come
    m.bytes = monotonic_ns();
  if (m.data.bytes() > spill_file::largest_kept) // lest the link waits for it
    spill_file::process().will_read(m.data.storage());
  auto out = encode(m, id_);
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
  world_.self.trace().emit(trace_kind::transition, name_of_task(r),
                           (std::uint64_t{event} << 32) | argument,
                           static_cast<std::uint32_t>(effects));
}

void plan_host::lost(std::size_t blocks, node_id node) {
  if (world_.lost)
    world_.lost(reply(), blocks, node);
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
