#include "dataflow/runtime/plan_life.hpp"

#include <algorithm>
#include <utility>

namespace tern {

namespace {

bool is_place(const plan_view& view, node_id who) {
  return std::any_of(view.places.begin(), view.places.end(),
                     [&](const auto& place) { return place.node == who; });
}

} // namespace

plan_life::plan_life(plan p, surroundings world)
  : id_(p.id), plan_(std::move(p)),
    edges_(std::make_shared<const edge_index>(std::exchange(plan_.work, {}))),
    world_(std::move(world)), guest_(!is_place(plan_.view, world_.self.id())),
    rounds_(plan_.view, world_.self.id()), opened_{plan_.round, {}},
    id_of_round_(id_in_round(id_, plan_.round)) {}

plan_life::~plan_life() {
  end();
}

// -- the rounds ---------------------------------------------------------------

bool plan_life::start() {
  if (plan_.round.dead.empty())
    return open(nullptr);
  { // a guest comes later
    std::lock_guard guard{mutex_};
    rounds_.follow(plan_.round);
  }
  return open(work_after(plan_.round, std::exchange(plan_.told, {})));
}

std::shared_ptr<const remaining_work>
plan_life::work_after(const plan_round& round, std::map<node_id, census> told) {
  auto rest = std::make_shared<const remaining_work>(*edges_, plan_.view, id_,
                                                     round, told);
  std::lock_guard guard{mutex_};
  opened_ = {round, std::move(told)};
  return rest;
}

bool plan_life::open(std::shared_ptr<const remaining_work> rest) {
  const auto fresh = world_.make_host(*this, std::move(rest));
  for (auto who : dead_)
    fresh->engine().suspect(who);
  for (auto who : round().dead) // guests that live, but have no part any more
    fresh->engine().suspect(who);
  fresh->engine().expand(store_);
  std::map<std::uint64_t, result<block>> outcomes;
  {
    std::lock_guard kernels{kernels_mutex_};
    std::lock_guard guard{mutex_};
    host_ = fresh;
    outcomes = std::exchange(outcomes_, {});
  }
  empty_store();
  const bool opened = world_.open(id_of_round(), fresh);
  if (opened)
    for (auto& [task, outcome] : outcomes)
      settle(*fresh, task, outcome);
  world_.self.flush();
  return opened;
}

void plan_life::died_with(std::uint64_t task, node_id who) {
  suspects_[unpack(task)].insert(who);
}

void plan_life::down(node_id who) {
  dead_.insert(who);
  const bool known = round().excludes(who);
  if (guest_ && is_place(plan_.view, who)) {
    if (!known)
      leave_round_without(who);
    return;
  }
  const auto now = host();
  const bool has_lent = now && now->engine().nodes().find(who) != no_node;
  bool begun = false;
  if (!guest_) {
    std::lock_guard guard{mutex_};
    begun = rounds_.exclude(who, has_lent);
  }
  if (begun) {
    begin_round();
  } else if (now && !known) {
    now->engine().suspect(who);
    world_.self.flush();
  }
}

// What a guest has is of use to nobody any more, and its lenders have to know:
// they may not have heard of the death. Whoever still needs it says so.
void plan_life::leave_round_without(node_id who) {
  end_round();
  {
    std::lock_guard guard{mutex_};
    rounds_.exclude(who);
  }
  tell_others({});
}

void plan_life::lost(node_id guest) {
  bool begun = false;
  {
    std::lock_guard guard{mutex_};
    begun = rounds_.exclude(guest, true);
  }
  if (begun)
    begin_round();
}

void plan_life::receive(node_id from, const census_message& m) {
  bool begun = false;
  {
    std::lock_guard guard{mutex_};
    begun = rounds_.receive(from, m.round, m.what);
  }
  if (!begun && !guest_ && rounds_.is_missed_in(m.round))
    tell({from}, {});
  if (begun && guest_)
    end_round();
  else if (begun)
    begin_round();
  else
    try_next_round();
}

void plan_life::end_round() {
  world_.close(id_of_round());
  // kernels that end meanwhile wait, lest they are told to run for ever
  std::lock_guard kernels{kernels_mutex_};
  const auto ended = take_host();
  if (!ended || guest_ || rounds_.is_out())
    return;
  auto& [told, held] = *ended;
  store_ = std::move(held);
  for (const auto& [task, data] : store_)
    world_.memory.charge(data);
  for (const auto& run : told.running)
    for (auto i = run.first; i < run.last; ++i)
      running_before_.insert({run.layer, i});
  ran_before_ = union_of(std::move(ran_before_), told.ran);
}

// The host has no further part in the plan; what it had.
std::optional<task_engine::remains> plan_life::take_host() {
  const auto ended = host();
  if (!ended)
    return std::nullopt;
  auto left = ended->withdraw();
  auto counts = ended->reply();
  past_.push_back(ended);
  std::lock_guard guard{mutex_};
  counts.tasks += before_.done;
  before_.tasks = 0;
  before_ += counts;
  host_ = nullptr;
  return left;
}

void plan_life::empty_store() {
  for (const auto& [task, data] : store_)
    world_.memory.credit(data);
  store_.clear();
}

// Outcomes that came since the last census are blocks like others now; one that
// is an error comes again if the task is still needed.
census plan_life::what_it_has() {
  census out;
  std::lock_guard kernels{kernels_mutex_};
  for (auto& [task, outcome] : std::exchange(outcomes_, {}))
    if (outcome && store_.emplace(task, *outcome).second)
      world_.memory.charge(*outcome);
  std::vector<block_key> held;
  for (const auto& [task, data] : store_)
    held.push_back(unpack(task));
  out.held = runs_of(std::move(held));
  out.running = runs_of({running_before_.begin(), running_before_.end()});
  out.ran = ran_before_;
  for (const auto& [task, died] : suspects_)
    out.suspects.push_back({task, {died.begin(), died.end()}});
  return out;
}

void plan_life::begin_round() {
  end_round();
  {
    std::lock_guard guard{mutex_};
    if (world_.is_dead(rounds_.current().submitter))
      rounds_.exclude(rounds_.current().submitter); // nobody waits for it
    id_of_round_ = id_in_round(id_, rounds_.current());
  }
  if (rounds_.is_out()) {
    std::lock_guard kernels{kernels_mutex_};
    outcomes_.clear();
    running_before_.clear();
    empty_store();
    tell_others({});
    return;
  }
  auto mine = tell_others(what_it_has());
  {
    std::lock_guard guard{mutex_};
    rounds_.receive(world_.self.id(), rounds_.current(), std::move(mine));
  }
  try_next_round();
}

census plan_life::tell_others(census what) {
  auto whom = rounds_.others();
  const auto lent_to = guests();
  whom.insert(whom.end(), lent_to.begin(), lent_to.end());
  return tell(whom, std::move(what));
}

// Gives it as the others read it: not all may fit.
census plan_life::tell(const std::vector<node_id>& whom, census what) {
  const auto bytes = encode(census_message{id_, round(), std::move(what)});
  envelope head;
  head.to = {id_, 0};
  for (auto who : whom)
    world_.self.send(who, message_kind::plan_census, head, bytes);
  world_.self.flush();
  auto read = decode_census(bytes);
  return read ? std::move(read->what) : census{};
}

// `rounds_` changes on this thread only, so it may be read without the lock;
// others should not wait while the rest of the plan is worked out.
void plan_life::try_next_round() {
  if (!host() && !guest_ && rounds_.complete())
    open(work_after(rounds_.current(), rounds_.told()));
}

bool plan_life::clear_up() {
  std::erase_if(past_, [](const auto& host) { return host->is_quiet(); });
  return !past_.empty();
}

void plan_life::retire() {
  std::lock_guard kernels{kernels_mutex_};
  static_cast<void>(take_host());
  for (const auto& host : past_)
    host->abandon();
  outcomes_.clear();
  running_before_.clear();
  empty_store();
}

void plan_life::end() {
  retire();
  for (const auto& host : past_)
    host->close();
  past_.clear();
}

bool plan_life::is_behind(const plan_round& theirs) const {
  std::lock_guard guard{mutex_};
  return rounds_.current() == theirs ? !host_ : rounds_.is_news(theirs);
}

// -- kernels that outlive their round -----------------------------------------

// The round for which it comes may end at the same time.
void plan_life::take_outcome(std::uint64_t task, result<block> outcome) {
  for (;;) {
    std::shared_ptr<plan_host> now;
    {
      std::lock_guard kernels{kernels_mutex_};
      if (running_before_.erase(unpack(task)) == 0)
        return; // the plan goes on without this node
      now = host();
      if (!now) {
        outcomes_.insert_or_assign(task, std::move(outcome));
        return;
      }
    }
    if (settle(*now, task, outcome))
      return;
  }
}

// False: the round has ended, and the kernel counts as running.
bool plan_life::settle(plan_host& host, std::uint64_t task,
                       result<block>& outcome) {
  auto& engine = host.engine();
  auto* r = engine.find(task);
  if (!r || !engine.waits_for_kernel(*r))
    return true; // nobody needs it any more
  return outcome ? engine.finish(*r, std::move(*outcome))
                 : engine.fail(*r, std::move(outcome.error()));
}

// -- answers ------------------------------------------------------------------

std::shared_ptr<plan_host> plan_life::host() const {
  std::lock_guard guard{mutex_};
  return host_;
}

plan_round plan_life::round() const {
  std::lock_guard guard{mutex_};
  return rounds_.current();
}

std::uint64_t plan_life::id_of_round() const {
  std::lock_guard guard{mutex_};
  return id_of_round_;
}

plan_reply plan_life::reply() const {
  std::lock_guard guard{mutex_};
  auto sum = before_;
  if (host_) {
    sum.tasks = before_.done; // and what it has to do now
    sum += host_->reply();
  }
  sum.id = id_;
  return sum;
}

plan plan_life::copy() const {
  auto out = plan_;
  out.work = edges_->source();
  std::lock_guard guard{mutex_};
  out.round = opened_.dead_and_submitter;
  out.told = opened_.told;
  return out;
}

std::vector<node_id> plan_life::guests() const {
  return reply().guests;
}

} // namespace tern
