#include "dataflow/runtime/plan_run.hpp"

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
    edges_(std::move(edges)), placement_(*edges_, plan_.view), kept_(kept) {
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
  inbox_.push_back(std::move(m));
  changed_.notify_one();
}

void plan_run::receive_reply(node_id from, message_kind kind,
                             const plan_reply& r) {
  std::lock_guard guard{mutex_};
  if (!r.refused.empty())
    refused_ =
        fmt::format("node {} refused the plan: {}", to_string(from), r.refused);
  if (r.leaving && kind == message_kind::plan_accepted)
    leaving_.push_back(from);
  if (!r.failed.empty() && died_.empty())
    died_ = r.failed;
  replies_[from.value] = r;
  for (auto guest : r.guests)
    if (std::find(guests_.begin(), guests_.end(), guest) == guests_.end())
      guests_.push_back(guest);
  if (kind == message_kind::plan_accepted)
    ++accepted_;
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
  changed_.notify_one();
  if (!ours)
    return;
  if (died_.empty())
    died_ = fmt::format("{} died: {}", describe(who), reason);
}

// -- the run ------------------------------------------------------------------

result<run_report> plan_run::run(const compute_hooks& hooks) {
  run_report report;
  report.plan = plan_.id;
  report.nodes = static_cast<unsigned>(plan_.view.places.size());
  const auto begin = steady_clock::now();
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
  auto done = wait_for_acceptance(hooks);
  if (done && hooks.accepted)
    hooks.accepted(plan_.id, plan_.view);
  if (done)
    done = collect(hooks);
  report.seconds =
      std::chrono::duration<double>(steady_clock::now() - begin).count();
  if (done)
    final_counts(report);
  if (!done || kept_ == 0)
    service_.forget(plan_.id, plan_.view);
  if (!done)
    return tl::make_unexpected(done.error());
  if (hooks.progress)
    hooks.progress(report.tasks, report.tasks);
  return report;
}

result<void> plan_run::check(const compute_hooks& hooks) {
  {
    std::lock_guard guard{mutex_};
    if (!died_.empty())
      return fail(failure_kind::node_died, died_);
    if (!refused_.empty())
      return fail(failure_kind::refused, refused_);
  }
  if (hooks.cancelled && hooks.cancelled())
    return fail(failure_kind::cancelled, "cancelled");
  return {};
}

result<void> plan_run::wait_for_acceptance(const compute_hooks& hooks) {
  for (;;) {
    if (auto ok = check(hooks); !ok)
      return ok;
    std::unique_lock guard{mutex_};
    if (accepted_ >= plan_.view.places.size())
      return {};
    changed_.wait_for(guard, poll_every);
  }
}

void plan_run::want_more() {
  while (wanted_ < total_roots_
         && (waiting_.empty()
             || (waiting_.size() + early_.size() < window_blocks
                 && wanted_bytes_ < window_bytes))) {
    const auto r = root_at(wanted_);
    auto m = message_of(message_kind::want, pack(r.key));
    m.asker = name_;
    waiting_[m.to] = wanted_;
    wanted_bytes_ += edges_->block_bytes(r.key);
    ++wanted_;
    const auto owner = placement_.owner(r.key);
    service_.send(plan_.id, plan_.view.places[owner].node, m);
  }
}

// Wants the roots in order and gives them to the sink in order. The first root
// that failed ends the run, once those before it have come: so the error does
// not depend on timing.
result<void> plan_run::collect(const compute_hooks& hooks) {
  while (handed_over_ < total_roots_) {
    want_more();
    if (auto ok = check(hooks); !ok)
      return ok;
    std::deque<dataflow_message> come;
    {
      std::unique_lock guard{mutex_};
      if (inbox_.empty())
        changed_.wait_for(guard, poll_every);
      come.swap(inbox_);
    }
    for (auto& m : come) {
      const auto found = waiting_.find(m.from);
      if (found == waiting_.end())
        continue;
      early_[found->second] = {std::move(m.data), m.error};
      waiting_.erase(found);
    }
    while (!early_.empty() && early_.begin()->first == handed_over_) {
      const auto next = std::move(early_.begin()->second);
      early_.erase(early_.begin());
      if (!next.data)
        return tl::make_unexpected(
            next.error ? next.error->why
                       : failure{failure_kind::kernel, "a task failed"});
      if (auto ok = hand_over(handed_over_, next.data, hooks); !ok)
        return ok;
    }
    poll_progress(hooks);
  }
  return {};
}

result<void> plan_run::hand_over(std::size_t number, const block& data,
                                 const compute_hooks& hooks) {
  const auto r = root_at(number);
  const auto& out = edges_->at(r.key.layer).out;
  const auto index = index_of(edges_->grid_of(r.key.layer), r.key.index);
  shape start;
  for (std::size_t axis = 0; axis < index.size(); ++axis)
    start.push_back(out[axis].start(index[axis]));
  for (auto array : arrays_[r.layer])
    if (hooks.sink)
      if (auto ok = hooks.sink(array, index, start, data); !ok)
        return ok;
  auto m = message_of(message_kind::release, pack(r.key));
  m.ordinal = edges_->consumers(r.key);
  service_.send(plan_.id, plan_.view.places[placement_.owner(r.key)].node, m);
  wanted_bytes_ -= edges_->block_bytes(r.key);
  ++handed_over_;
  return {};
}

void plan_run::poll_progress(const compute_hooks& hooks) {
  if (!hooks.progress || steady_clock::now() - polled_ < poll_every)
    return;
  polled_ = steady_clock::now();
  std::uint64_t done = 0;
  {
    std::lock_guard guard{mutex_};
    for (const auto& [node, r] : replies_)
      done += r.done;
  }
  hooks.progress(done, static_cast<std::uint64_t>(edges_->tasks()));
  ask_progress(known_nodes());
}

// The nodes of the view, in its order, then guests in that of their naming.
std::vector<node_id> plan_run::known_nodes() {
  std::vector<node_id> out;
  for (const auto& place : plan_.view.places)
    out.push_back(place.node);
  std::lock_guard guard{mutex_};
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
    report.bytes_spilled += r.bytes_spilled;
    report.messages_by_node.push_back(r.messages);
    report.tasks_by_node.push_back(r.done);
  }
  report.nodes = static_cast<unsigned>(asked.size());
}

} // namespace tern
