#include "dataflow/runtime/plan_run.hpp"

#include "actors/link/socket.hpp"
#include "dataflow/graph/evaluate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace tern {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t window_blocks = 64;
constexpr std::uint64_t window_bytes = 256u << 20;
constexpr auto poll_every = milliseconds(100);
constexpr auto counts_limit = milliseconds(2000);

} // namespace

plan_run::plan_run(dataflow_service& service, plan p, node_id name,
                   std::shared_ptr<const edge_index> edges, std::size_t kept)
  : service_(service), plan_(std::move(p)), name_(name),
    edges_(std::move(edges)),
    placement_(std::make_unique<placement>(*edges_, plan_.view)), kept_(kept),
    rounds_(plan_.view, name) {
  followed_ = rounds_.current();
  const auto& roots = edges_->source().roots;
  for (std::size_t array = 0; array + kept_ < roots.size(); ++array) {
    const auto known = std::find(layers_.begin(), layers_.end(), roots[array]);
    if (known != layers_.end()) {
      arrays_[static_cast<std::size_t>(known - layers_.begin())].push_back(
          array);
      continue;
    }
    layers_.push_back(roots[array]);
    arrays_.push_back({array});
    firsts_.push_back(total_roots_);
    total_roots_ +=
        static_cast<std::size_t>(edges_->needed(roots[array]).size());
  }
  has_been_given_.resize(total_roots_);
  service_.connect(plan_.id, name_, *this);
}

plan_run::~plan_run() {
  service_.disconnect(plan_.id);
}

plan_run::root plan_run::root_at(std::size_t number) const {
  const auto at = static_cast<std::size_t>(
      std::upper_bound(firsts_.begin(), firsts_.end(), number) - firsts_.begin()
      - 1);
  const auto layer = layers_[at];
  const auto index =
      edges_->needed(layer).at(static_cast<std::int64_t>(number - firsts_[at]));
  return {{layer, linear_of(edges_->grid_of(layer), index)}, at};
}

// -- events -------------------------------------------------------------------

void plan_run::receive(dataflow_message m) {
  std::lock_guard guard{mutex_};
  if (m.data || m.error)
    arrived_.insert(m.from);
  inbox_.push_back(std::move(m));
  changed_.notify_one();
}

void plan_run::receive_reply(node_id from, message_kind kind,
                             const plan_reply& r) {
  std::lock_guard guard{mutex_};
  if (!r.refused.empty() && !rounds_.current().excludes(from))
    refused_ =
        fmt::format("node {} refused the plan: {}", to_string(from), r.refused);
  if (r.leaving && kind == message_kind::plan_accepted)
    leaving_.push_back(from);
  replies_[from.value] = r;
  for (auto guest : r.guests)
    if (std::find(guests_.begin(), guests_.end(), guest) == guests_.end())
      guests_.push_back(guest);
  if (kind == message_kind::plan_accepted)
    accepted_.insert(from);
  else if (auto owed = owed_.find(from.value);
           owed != owed_.end() && --owed->second == 0)
    owed_.erase(owed);
  changed_.notify_one();
}

void plan_run::node_down(const member& who, const std::string& reason) {
  const auto& places = plan_.view.places;
  const bool ours =
      std::any_of(places.begin(), places.end(),
                  [&](const auto& place) { return place.node == who.id; });
  std::lock_guard guard{mutex_};
  owed_.erase(who.id.value);
  std::erase(guests_, who.id);
  changed_.notify_one();
  if (!ours)
    return;
  died_.push_back(fmt::format("{} died: {}", describe(who), reason));
  if (rounds_.exclude(who.id))
    begin_round();
}

void plan_run::receive_census(node_id from, const census_message& m) {
  std::lock_guard guard{mutex_};
  if (rounds_.receive(from, m.round, m.what))
    begin_round();
  else if (rounds_.is_missed_in(m.round))
    service_.tell({from}, {plan_.id, rounds_.current(), {}});
  changed_.notify_one();
}

// Under the mutex: tells the others which roots have come, or that this process
// is out.
void plan_run::begin_round() {
  std::vector<block_key> roots;
  for (auto low : arrived_)
    roots.push_back(unpack(low));
  census_message mine{plan_.id, rounds_.current(), {}};
  mine.what.roots = runs_of(std::move(roots));
  service_.tell(rounds_.others(), mine);
  rounds_.receive(name_, mine.round, mine.what);
}

// Goes on where the nodes do: what came meanwhile is released, what did not is
// asked for again.
void plan_run::follow_rounds() {
  std::map<node_id, census> told;
  {
    std::lock_guard guard{mutex_};
    if (rounds_.current() == followed_)
      return;
    placement_.reset();
    if (!rounds_.complete())
      return;
    followed_ = rounds_.current();
    told = rounds_.told();
  }
  const auto rest = std::make_shared<const remaining_work>(
      *edges_, plan_.view, plan_.id, followed_, told);
  placement_ = std::make_unique<placement>(*edges_, plan_.view, rest);
  for (std::size_t number = 0; number < wanted_; ++number)
    if (has_been_given_[number])
      if (const auto key = root_at(number).key; rest->is_wanted(key))
        release(key); // it came after this process had told what it has
  for (const auto& [low, number] : waiting_)
    want(number);
}

// -- the run ------------------------------------------------------------------

result<run_report> plan_run::run(const compute_hooks& hooks) {
  run_report report;
  const auto begin = steady_clock::now();
  auto done = submit(report);
  if (done)
    done = wait_for_acceptance(hooks);
  if (done && hooks.accepted)
    hooks.accepted(plan_.id, plan_.view);
  if (done)
    done = collect(hooks);
  report.seconds =
      std::chrono::duration<double>(steady_clock::now() - begin).count();
  if (!done) {
    if (!is_out()) // else it is no more this process's to end
      service_.forget(plan_.id, plan_.view);
    return tl::make_unexpected(done.error());
  }
  return finish(std::move(report), hooks);
}

result<run_report> plan_run::attach(const compute_hooks& hooks) {
  run_report report;
  const auto begin = steady_clock::now();
  {
    std::lock_guard guard{mutex_};
    rounds_.follow(plan_.round);
    rounds_.attach();
    begin_round();
  }
  const auto done = collect(hooks);
  report.seconds =
      std::chrono::duration<double>(steady_clock::now() - begin).count();
  if (!done) // the plan stays for whoever attaches next
    return tl::make_unexpected(done.error());
  return finish(std::move(report), hooks);
}

result<run_report> plan_run::finish(run_report report,
                                    const compute_hooks& hooks) {
  report.plan = plan_.id;
  final_counts(report);
  if (kept_ == 0)
    service_.forget(plan_.id, plan_.view);
  if (hooks.progress)
    hooks.progress(report.tasks, report.tasks);
  return report;
}

result<void> plan_run::submit(run_report& report) {
  std::size_t size = 0;
  try {
    service_.submit(plan_, &size);
  } catch (const std::length_error&) {
    return fail(failure_kind::refused,
                fmt::format("the plan takes {} bytes, which is more than a "
                            "message holds: long lists of indices travel with "
                            "it",
                            size));
  }
  report.submission_bytes = size;
  return {};
}

result<void> plan_run::check(const compute_hooks& hooks) {
  {
    std::lock_guard guard{mutex_};
    if (rounds_.is_out())
      return fail(failure_kind::unreachable,
                  fmt::format("the nodes of plan {:x} go on without this "
                              "process: they took it for dead, or another one "
                              "has attached to the plan",
                              plan_.id));
    const auto& places = plan_.view.places;
    if (std::all_of(places.begin(), places.end(), [&](const auto& place) {
          return rounds_.current().excludes(place.node);
        }))
      return fail(failure_kind::node_died,
                  died_.empty() ? "all nodes of the plan died"
                                : died_.back() + ", the last of the plan");
    if (!refused_.empty())
      return fail(failure_kind::refused, refused_);
  }
  tell_of_deaths(hooks);
  if (hooks.cancelled && hooks.cancelled())
    return fail(failure_kind::cancelled, "cancelled");
  return {};
}

bool plan_run::is_out() {
  std::lock_guard guard{mutex_};
  return rounds_.is_out();
}

void plan_run::tell_of_deaths(const compute_hooks& hooks) {
  std::vector<std::string> news;
  {
    std::lock_guard guard{mutex_};
    news.assign(died_.begin() + static_cast<std::ptrdiff_t>(deaths_told_),
                died_.end());
    deaths_told_ = died_.size();
  }
  for (const auto& what : news)
    if (hooks.died)
      hooks.died(what);
}

result<void> plan_run::wait_for_acceptance(const compute_hooks& hooks) {
  for (;;) {
    if (auto ok = check(hooks); !ok)
      return ok;
    std::unique_lock guard{mutex_};
    const auto& places = plan_.view.places;
    if (std::all_of(places.begin(), places.end(), [&](const auto& place) {
          return accepted_.contains(place.node)
                 || rounds_.current().excludes(place.node);
        }))
      return {};
    changed_.wait_for(guard, poll_every);
  }
}

// One that is not asked for is not seen to be there: where any may come, `all`
// are asked for, as far as it is known that they fit.
void plan_run::want_more(bool all) {
  while (wanted_ < total_roots_
         && (waiting_.empty()
             || ((all || waiting_.size() + early_.size() < window_blocks)
                 && wanted_bytes_ < window_bytes))) {
    const auto r = root_at(wanted_);
    waiting_[pack(r.key)] = wanted_;
    wanted_bytes_ += edges_->block_bytes(r.key);
    want(wanted_++);
  }
}

// Between two rounds nobody is asked: `follow_rounds` does.
void plan_run::want(std::size_t number) {
  const auto key = root_at(number).key;
  auto m = message_of(message_kind::want, pack(key));
  m.asker = name_;
  if (placement_)
    send_to_owner(key, m);
}

void plan_run::send_to_owner(const block_key& key, const dataflow_message& m) {
  service_.send(id_in_round(plan_.id, followed_),
                plan_.view.places[placement_->owner(key)].node, m);
}

void plan_run::release(const block_key& key) {
  auto m = message_of(message_kind::release, pack(key));
  m.ordinal = edges_->consumers(key);
  send_to_owner(key, m);
}

// Wants the roots in order and gives them to the sink in order, or as they
// come.
result<void> plan_run::collect(const compute_hooks& hooks) {
  while (handed_over_ < total_roots_) {
    if (auto ok = check(hooks); !ok)
      return ok;
    follow_rounds();
    want_more(hooks.any_order);
    service_.flush(); // what was asked for and released since the last time
    std::deque<dataflow_message> come;
    {
      std::unique_lock guard{mutex_};
      if (inbox_.empty())
        changed_.wait_for(guard, poll_every);
      come.swap(inbox_);
    }
    for (auto& m : come)
      if (auto ok = take(std::move(m), hooks); !ok)
        return ok;
    poll_progress(hooks);
    watch_for_stall(hooks);
  }
  return {};
}

result<void> plan_run::take(dataflow_message m, const compute_hooks& hooks) {
  if (m.kind == message_kind::inspected) {
    if (const auto report = report_in(m))
      stalls_.answer(*report);
    return {};
  }
  const auto found = waiting_.find(m.from);
  if (found == waiting_.end())
    return {};
  early_[found->second] = {std::move(m.data), m.error};
  waiting_.erase(found);
  while (!early_.empty()
         && (hooks.any_order || early_.begin()->first == handed_over_)) {
    const auto next = early_.extract(early_.begin());
    if (auto ok = hand_over(next.key(), next.mapped(), hooks); !ok)
      return ok;
  }
  return {};
}

result<void> plan_run::hand_over(std::size_t number, const arrival& what,
                                 const compute_hooks& hooks) {
  const auto r = root_at(number);
  if (auto ok = give(r, what, hooks); !ok)
    return ok;
  if (placement_) // else `follow_rounds` does
    release(r.key);
  wanted_bytes_ -= edges_->block_bytes(r.key);
  has_been_given_[number] = true;
  ++handed_over_;
  return {};
}

// A root that failed ends the run unless somebody takes the failure: in order,
// those before it have come by then, so that the error does not depend on
// timing.
result<void> plan_run::give(const root& r, const arrival& what,
                            const compute_hooks& hooks) const {
  if (!what.data) {
    const auto why = what.error
                         ? what.error->why
                         : failure{failure_kind::kernel, "a task failed"};
    if (!hooks.failed)
      return tl::make_unexpected(why);
    for (auto array : arrays_[r.layer])
      hooks.failed(array, why);
    return {};
  }
  const auto& out = edges_->at(r.key.layer).out;
  const auto index = index_of(edges_->grid_of(r.key.layer), r.key.index);
  shape start;
  for (std::size_t axis = 0; axis < index.size(); ++axis)
    start.push_back(out[axis].start(index[axis]));
  for (auto array : arrays_[r.layer])
    if (hooks.sink)
      if (auto ok = hooks.sink(array, index, start, what.data); !ok)
        return ok;
  return {};
}

void plan_run::poll_progress(const compute_hooks& hooks) {
  if ((!hooks.progress && !hooks.stalled)
      || steady_clock::now() - polled_ < poll_every)
    return;
  polled_ = steady_clock::now();
  if (hooks.layer_progress)
    if (const auto done = tasks_done_by_layer(); !done.empty())
      hooks.layer_progress(*edges_, done);
  if (hooks.progress)
    hooks.progress(tasks_done(), static_cast<std::uint64_t>(edges_->tasks()));
  ask_progress(known_nodes());
}

std::uint64_t plan_run::tasks_done() {
  std::lock_guard guard{mutex_};
  std::uint64_t done = 0;
  for (const auto& [node, r] : replies_)
    done += r.done;
  return done;
}

// None as long as a node has said only how many it has done in all.
std::vector<std::uint64_t> plan_run::tasks_done_by_layer() {
  std::lock_guard guard{mutex_};
  std::vector<std::uint64_t> done(edges_->layers());
  for (const auto& [node, r] : replies_) {
    if (r.done_by_layer.empty() && r.done == 0)
      continue;
    if (r.done_by_layer.size() != done.size())
      return {};
    for (std::size_t i = 0; i < done.size(); ++i)
      done[i] += r.done_by_layer[i];
  }
  return done;
}

void plan_run::watch_for_stall(const compute_hooks& hooks) {
  if (!hooks.stalled || waiting_.empty() || !placement_)
    return;
  const auto now = steady_clock::now();
  const auto asked =
      stalls_.look(now, tasks_done(), unpack(waiting_.begin()->first));
  if (asked) {
    auto m = message_of(message_kind::inspect, pack(*asked));
    m.asker = name_;
    send_to_owner(*asked, m);
  }
  const auto found = stalls_.found(now);
  if (!found)
    return;
  const auto& task = found->why.task;
  hooks.stalled(fmt::format(
      "nothing was done for {} s: task {} ({}) {}", found->stalled.count(),
      text_of(task), tern::describe(*edges_, task),
      words_of(found->why, edges_->slots(task),
               needs_of(edges_->at(task.layer)),
               [this](node_id who) { return name_of(who); })));
}

std::string plan_run::name_of(node_id who) const {
  for (const auto& m : service_.self().members())
    if (m.id == who && m.port != 0)
      return address_text(m.host, m.port);
  return to_string(who);
}

// The nodes of the view, in its order, then guests in that of their naming.
std::vector<node_id> plan_run::known_nodes() {
  std::vector<node_id> out;
  std::lock_guard guard{mutex_};
  for (const auto& place : plan_.view.places)
    if (!rounds_.current().excludes(place.node))
      out.push_back(place.node);
  out.insert(out.end(), guests_.begin(), guests_.end());
  return out;
}

void plan_run::ask_progress(const std::vector<node_id>& nodes) {
  {
    std::lock_guard guard{mutex_};
    for (auto node : nodes)
      ++owed_[node.value];
  }
  service_.ask_progress(plan_.id, nodes);
}

// In rounds, since a reply may name guests that nobody has named before.
void plan_run::final_counts(run_report& report) {
  std::vector<node_id> asked;
  for (auto nodes = known_nodes(); nodes.size() > asked.size();
       nodes = known_nodes()) {
    ask_progress({nodes.begin() + static_cast<std::ptrdiff_t>(asked.size()),
                  nodes.end()});
    asked = std::move(nodes);
    std::unique_lock guard{mutex_};
    changed_.wait_for(guard, counts_limit, [&] { return owed_.empty(); });
  }
  std::lock_guard guard{mutex_};
  for (auto node : asked) {
    const auto& r = replies_[node.value];
    report.tasks += r.done;
    report.messages += r.messages;
    report.migrations += r.migrations;
    report.bytes_moved += r.bytes_moved;
    report.peak_bytes += r.peak_bytes;
    report.steals += r.steals;
    report.recomputed += r.recomputed;
    report.bytes_spilled += r.bytes_spilled;
    report.messages_by_node.push_back(r.messages);
    report.tasks_by_node.push_back(r.done);
  }
  report.nodes = static_cast<unsigned>(asked.size());
  for (const auto& place : plan_.view.places)
    report.deaths += rounds_.current().excludes(place.node) ? 1u : 0u;
}

} // namespace tern
