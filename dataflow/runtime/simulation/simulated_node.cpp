#include "dataflow/runtime/simulation/simulated_node.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

using simulation::microsecond;

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

void simulated_node::make_engine(std::shared_ptr<const remaining_work> rest) {
  engine_ = std::make_shared<task_engine>(
      world_.edges, world_.view, id_,
      task_engine::options{.rotate = world_.options.rotate,
                           .record = true,
                           .inline_bytes = world_.inline_bytes,
                           .least_part = world_.least_part,
                           .faults = world_.options.faults},
      memory_, *this, std::move(rest));
  for (auto who : dead_)
    engine_->suspect(who);
  for (auto who : rounds_->current().dead)
    engine_->suspect(who);
}

void simulated_node::accept() {
  rounds_.emplace(world_.view, id_);
  make_engine(nullptr);
  engine_->expand();
  open();
  for (auto who : dead_)
    if (rounds_->exclude(who))
      begin_round();
  for (const auto& [from, news] : std::exchange(early_news_, {}))
    on_news(from, *news);
}

void simulated_node::open() {
  const auto engine = engine_;
  plans_.open(id_in_round_, engine,
              [&](dataflow_message m) { engine->receive(std::move(m)); });
  engine->announce_kept();
  if (leaving_)
    engine->leave();
  work();
}

void simulated_node::leave() {
  leaving_ = true;
  ask(stealing_.busy()); // no more work, please
  if (engine_)
    engine_->leave();
  work();
}

void simulated_node::receive(std::size_t from, simulated_message message) {
  const auto sender = world_.id_of(from);
  auto& m = message.task;
  if (message.news) {
    if (m.kind == message_kind::plan_lent)
      on_lent(sender, *message.news);
    else if (rounds_)
      on_news(sender, *message.news);
    else
      early_news_.emplace_back(sender, message.news);
    return;
  }
  switch (m.kind) {
  case message_kind::steal_ask:
    on_steal_ask(sender, m);
    return;
  case message_kind::steal_answer:
    ask(stealing_.answered(sender, m.slot, world_.sim.rng().next(), m.node));
    return;
  default:
    break;
  }
  if (const auto host = plans_.find_or_park(message.plan, m))
    host->receive(std::move(m));
  if (lost_with_ && rounds_->exclude(std::exchange(lost_with_, {}), true))
    begin_round();
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
  world_.net.send(index_, world_.index_of(to),
                  {id_in_round_, std::move(m), nullptr});
}

void simulated_node::lost(node_id node) {
  lost_with_ = node;
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
  world_.net.after(
      index_, time, [this, &task, engine = engine_, in = std::move(*inputs)] {
        --running_;
        finished(engine, task,
                 run_task(*world_.edges, task.key(), in, simulated_hooks()));
        work();
      });
}

// The outcome of a kernel that began in an earlier round goes to this one.
void simulated_node::finished(const std::shared_ptr<task_engine>& engine,
                              task_record& task, block result) {
  if (engine->finish(task, std::move(result)))
    return;
  if (running_before_.erase(task.key()) == 0)
    return; // of a plan that this node has no part in any more
  if (engine_)
    take_outcome(task.low, result);
  else
    store_.insert_or_assign(task.low, std::move(result));
}

// -- stealing: the decisions of work_sharing, without its threads -------------

void simulated_node::joined(std::size_t peer) {
  ask(stealing_.joined(world_.id_of(peer)));
  work();
}

void simulated_node::down(std::size_t peer) {
  const auto who = world_.id_of(peer);
  ask(stealing_.left(who, world_.sim.rng().next()));
  dead_.insert(who);
  if (rounds_ && is_guest() && peer < world_.view.places.size()
      && !rounds_->current().excludes(who))
    leave_round_without(who);
  else if (rounds_ && !is_guest() && rounds_->exclude(who, has_lent_to(who)))
    begin_round();
  else if (engine_)
    engine_->suspect(who);
  if (lost_with_ && rounds_->exclude(std::exchange(lost_with_, {}), true))
    begin_round();
  work();
}

bool simulated_node::has_lent_to(node_id who) const {
  return engine_ && engine_->nodes().find(who) != no_node;
}

// -- rounds -------------------------------------------------------------------

void simulated_node::on_news(node_id from, const simulated_news& news) {
  const bool begun = rounds_->receive(from, news.round, news.told.at(from));
  if (!begun && !is_guest() && rounds_->is_missed_in(news.round))
    tell({from}, {});
  if (begun && is_guest())
    end_round();
  else if (begun)
    begin_round();
  else
    try_next_round();
}

// A guest takes part in whatever round its lender is, unless it knows better.
void simulated_node::on_lent(node_id lender, const simulated_news& news) {
  if (!is_guest() || news.round.excludes(id_))
    return;
  if (knows_more(news.round)) {
    if (!engine_)
      decline(lender, news.round);
    return;
  }
  if (rounds_)
    end_round();
  rounds_.emplace(world_.view, id_);
  rounds_->follow(news.round);
  id_in_round_ = id_in_round(plan_id, news.round);
  told_ = news.told;
  make_engine(news.round.dead.empty()
                  ? nullptr
                  : std::make_shared<const remaining_work>(
                      *world_.edges, world_.view, plan_id, news.round, told_));
  open();
  for (const auto& [from, early] : std::exchange(early_news_, {}))
    on_news(from, *early);
}

// A lender that is not told waits for what it has lent.
void simulated_node::decline(node_id lender, plan_round theirs) {
  if (rounds_)
    theirs = rounds_->current();
  for (const auto& place : world_.view.places)
    if (dead_.contains(place.node))
      theirs.exclude(place.node);
  tell({lender}, std::move(theirs), {});
}

// Whether a guest has no use for a lender that is in `round`.
bool simulated_node::knows_more(const plan_round& round) const {
  if (rounds_ && rounds_->current() == round)
    return engine_ != nullptr;
  if (rounds_ && !rounds_->is_news(round))
    return true;
  const auto& places = world_.view.places;
  return std::any_of(places.begin(), places.end(), [&](const auto& place) {
    return dead_.contains(place.node) && !round.excludes(place.node);
  });
}

void simulated_node::end_round() {
  plans_.end(id_in_round_);
  ready_.clear();
  introduced_.clear();
  if (!engine_)
    return;
  auto left = engine_->freeze();
  past_.push_back(std::exchange(engine_, nullptr));
  if (is_guest() || rounds_->is_out())
    return;
  store_ = std::move(left.held);
  for (const auto& run : left.told.running)
    for (auto i = run.first; i < run.last; ++i)
      running_before_.insert({run.layer, i});
  ran_before_.insert(ran_before_.end(), left.told.ran.begin(),
                     left.told.ran.end());
}

census simulated_node::what_it_has() const {
  std::vector<block_key> held;
  for (const auto& [low, data] : store_)
    held.push_back(unpack(low));
  census out;
  out.held = runs_of(std::move(held));
  out.running = runs_of({running_before_.begin(), running_before_.end()});
  out.ran = ran_before_;
  return out;
}

// What a guest has is of use to nobody any more, and its lenders have to know.
void simulated_node::leave_round_without(node_id who) {
  end_round();
  rounds_->exclude(who);
  tell(rounds_->others(), {});
}

void simulated_node::tell(const std::vector<node_id>& whom, census what) {
  tell(whom, rounds_->current(), std::move(what));
}

void simulated_node::tell(const std::vector<node_id>& whom, plan_round round,
                          census what) {
  auto news = std::make_shared<simulated_news>();
  news->round = std::move(round);
  news->told[id_] = std::move(what);
  for (auto each : whom)
    world_.net.send(index_, world_.index_of(each), {plan_id, {}, news});
}

void simulated_node::begin_round() {
  end_round();
  if (dead_.contains(rounds_->current().submitter))
    rounds_->exclude(rounds_->current().submitter); // nobody waits for it
  id_in_round_ = id_in_round(plan_id, rounds_->current());
  if (rounds_->is_out()) {
    store_.clear();
    tell(rounds_->others(), {});
    return;
  }
  auto whom = rounds_->others();
  whom.insert(whom.end(), guests_.begin(), guests_.end());
  const auto mine = what_it_has();
  tell(whom, mine);
  rounds_->receive(id_, rounds_->current(), mine);
  try_next_round();
}

void simulated_node::try_next_round() {
  if (engine_ || is_guest() || !rounds_->complete())
    return;
  told_ = rounds_->told();
  const auto heirs =
      world_.options.faults.own_tiles ? plan_id + index_ : plan_id;
  make_engine(std::make_shared<const remaining_work>(
      *world_.edges, world_.view, heirs, rounds_->current(), told_));
  engine_->expand(store_);
  open();
  for (const auto& [low, data] : std::exchange(store_, {}))
    take_outcome(low, data);
}

// Of a kernel that began in an earlier round, if this one waits for it.
void simulated_node::take_outcome(std::uint64_t low, const block& result) {
  auto* r = engine_->find(low);
  if (r && engine_->waits_for_kernel(*r))
    engine_->finish(*r, block{result});
}

std::uint64_t simulated_node::steals() const noexcept {
  std::uint64_t sum = engine_ ? engine_->count().steals.load() : 0;
  for (const auto& engine : past_)
    sum += engine->count().steals;
  return sum;
}

std::uint64_t simulated_node::migrations() const noexcept {
  std::uint64_t sum = engine_ ? engine_->count().migrations.load() : 0;
  for (const auto& engine : past_)
    sum += engine->count().migrations;
  return sum;
}

// -- asking for work ----------------------------------------------------------

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
  guests_.insert(guest);
  auto news = std::make_shared<simulated_news>();
  news->round = rounds_->current();
  news->told = told_;
  world_.net.send(
      index_, world_.index_of(guest),
      {plan_id, message_of(message_kind::plan_lent, 0), std::move(news)});
}

void simulated_node::answer(node_id to, std::size_t tasks) {
  if (tasks > 0)
    stealing_.forget(to);
  auto m = message_of(message_kind::steal_answer, 0);
  m.slot = static_cast<std::uint32_t>(tasks);
  m.node = stealing_.giver();
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
