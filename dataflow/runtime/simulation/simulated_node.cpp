#include "dataflow/runtime/simulation/simulated_node.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using simulation::microsecond;

constexpr std::uint64_t plan_id = 1;
constexpr unsigned threads = 2;

} // namespace

task_hooks simulated_hooks() {
  task_hooks hooks;
  hooks.call = [](const op_call&, const block_key&, dtype, const shape&,
                  std::span<const block> inputs) {
    return run_simulated_kernel(inputs);
  };
  return hooks;
}

simulated_node::simulated_node(simulated_world& world, std::size_t index)
  : world_(world), index_(index), id_(world.id_of(index)),
    plans_(world.options.faults.no_parking ? 0 : 100'000), stealing_(id_) {}

// -- the plan -----------------------------------------------------------------

std::shared_ptr<task_engine> simulated_node::make_engine() {
  return std::make_shared<task_engine>(
      world_.edges, world_.view, id_,
      task_engine::options{.rotate = world_.options.rotate,
                           .record = true,
                           .inline_bytes = world_.inline_bytes,
                           .faults = world_.options.faults},
      memory_, *this);
}

void simulated_node::accept() {
  auto engine = make_engine();
  engine->expand();
  open(std::move(engine));
}

void simulated_node::open(std::shared_ptr<task_engine> engine) {
  engine_ = std::move(engine);
  plans_.open(plan_id, engine_,
              [&](dataflow_message m) { engine_->receive(std::move(m)); });
  if (leaving_)
    engine_->leave();
  work();
}

void simulated_node::leave() {
  leaving_ = true;
  ask(stealing_.busy()); // no more work, please
  if (engine_)
    engine_->leave();
  work();
}

void simulated_node::receive(std::size_t from, dataflow_message m) {
  const auto sender = world_.id_of(from);
  switch (m.kind) {
  case message_kind::plan_lent:
    if (!engine_)
      open(make_engine());
    return;
  case message_kind::steal_ask:
    on_steal_ask(sender, m);
    return;
  case message_kind::steal_answer:
    ask(stealing_.answered(sender, m.slot, world_.sim.rng().next()));
    return;
  default:
    break;
  }
  if (const auto host = plans_.find_or_park(plan_id, m))
    host->receive(std::move(m));
  work();
}

void simulated_node::move_something() {
  if (!engine_ || records_.empty())
    return;
  auto& rng = world_.sim.rng();
  auto& r = records_[rng.below(records_.size())];
  engine_->move(r.key(),
                static_cast<node_index>(rng.below(world_.view.places.size())));
}

// -- what the engine asks -----------------------------------------------------

task_record& simulated_node::make(const block_key& key, std::uint32_t slots,
                                  std::uint32_t consumers, bool mine,
                                  std::uint32_t priority) {
  return records_.emplace_back(key, slots, consumers, mine, priority);
}

void simulated_node::ready(task_record& r) {
  ready_.push_back(&r);
  world_.net.after(index_, 0, [this] { work(); });
}

void simulated_node::send(node_id to, dataflow_message m) {
  world_.net.send(index_, world_.index_of(to), std::move(m));
}

void simulated_node::transition(const task_record& r, std::uint8_t event,
                                std::uint32_t argument, effect effects) {
  world_.sim.note(r.low ^ (std::uint64_t{event} << 40) ^ argument);
  world_.sim.note(static_cast<std::uint64_t>(effects));
}

// -- running ------------------------------------------------------------------

void simulated_node::work() {
  while (engine_ && running_ < threads && start_one())
    continue;
  auto& rng = world_.sim.rng();
  if (running_ == 0 && !leaving_ && memory_.room() > 0
      && (!engine_ || engine_->fetching() == 0))
    ask(stealing_.idle(rng.next()));
  if (!stealing_.waiting().empty() && !offer_is_due_) {
    offer_is_due_ = true;
    world_.net.after(index_, simulation::millisecond, [this] { offer(); });
  }
}

// A random ready task, not the best: that explores schedules which real compute
// threads would seldom take.
bool simulated_node::start_one() {
  auto& rng = world_.sim.rng();
  task_record* next = nullptr;
  if (ready_.empty() || rng.chance(0.3))
    next = engine_->next_source(false);
  if (!next && !ready_.empty()) {
    const auto at = rng.below(ready_.size());
    next = ready_[at];
    ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  if (!next && running_ == 0 && engine_->fetching() == 0)
    next = engine_->next_source(true);
  if (!next)
    return false;
  run(*next);
  return true;
}

void simulated_node::run(task_record& task) {
  auto inputs = engine_->begin(task);
  if (!inputs)
    return;
  ++running_;
  ask(stealing_.busy());
  const auto time =
      world_.sim.rng().below(world_.longest_kernel / microsecond) * microsecond;
  world_.net.after(index_, time, [this, &task, in = std::move(*inputs)] {
    --running_;
    engine_->finish(task,
                    run_task(*world_.edges, task.key(), in, simulated_hooks()));
    work();
  });
}

// -- stealing: the decisions of work_sharing, without its threads -------------

void simulated_node::joined(std::size_t peer) {
  ask(stealing_.joined(world_.id_of(peer)));
  work();
}

void simulated_node::down(std::size_t peer) {
  ask(stealing_.left(world_.id_of(peer), world_.sim.rng().next()));
  if (engine_)
    engine_->suspect(world_.id_of(peer));
  work();
}

void simulated_node::ask(const steal_state::asks& asks) {
  for (const auto& question : asks) {
    auto m = message_of(message_kind::steal_ask, 0);
    m.slot = threads;
    m.ordinal = static_cast<std::uint32_t>(question.what);
    m.bytes = memory_.room() / asks.size();
    send(question.to, std::move(m));
  }
}

void simulated_node::on_steal_ask(node_id from, const dataflow_message& m) {
  const auto what = static_cast<steal_state::question>(m.ordinal);
  const steal_state::hungry thief{from, m.slot, m.bytes};
  if (what == steal_state::question::lifeline)
    stealing_.remember(thief);
  else
    stealing_.forget(from);
  if (what != steal_state::question::cancel)
    answer(from, give(thief));
}

std::size_t simulated_node::give(const steal_state::hungry& to) {
  if (!engine_)
    return 0;
  auto terms = steal_terms::of(to.who, to.threads, to.room,
                               ready_.size() + engine_->sources_left(),
                               threads - running_);
  if (terms.satisfied())
    return 0;
  const auto before = terms.tasks;
  const auto kept = engine_->give(std::exchange(ready_, {}), terms);
  ready_.insert(ready_.end(), kept.begin(), kept.end());
  const auto given = before - terms.tasks;
  if (given > 0)
    introduce(to.who);
  return given;
}

void simulated_node::introduce(node_id guest) {
  if (!engine_->nodes().is_guest(engine_->nodes().find(guest))
      || std::find(introduced_.begin(), introduced_.end(), guest)
             != introduced_.end())
    return;
  introduced_.push_back(guest);
  send(guest, message_of(message_kind::plan_lent, 0));
}

void simulated_node::answer(node_id to, std::size_t tasks) {
  if (tasks > 0)
    stealing_.forget(to);
  auto m = message_of(message_kind::steal_answer, 0);
  m.slot = static_cast<std::uint32_t>(tasks);
  send(to, std::move(m));
}

void simulated_node::offer() {
  offer_is_due_ = false;
  const auto waiting = stealing_.waiting();
  for (const auto& thief : waiting)
    if (const auto given = give(thief); given > 0)
      answer(thief.who, given);
}

} // namespace tern
