#include "actors/trace/trace_pump.hpp"

#include "actors/node.hpp"
#include "actors/trace/trace_exchange.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace tern {

namespace {

constexpr auto fetch_every = std::chrono::milliseconds(100);
// What comes later is in the next fetch, of which the last one waits longer.
constexpr auto answer_limit = std::chrono::seconds(2);
constexpr auto last_answer_limit = std::chrono::seconds(10);

} // namespace

result<std::unique_ptr<trace_pump>>
trace_pump::start(node& self, const std::string& file, trace_level level) {
  auto out = trace_writer::create(file);
  if (!out)
    return tl::make_unexpected(out.error());
  return std::unique_ptr<trace_pump>{
      new trace_pump{self, std::move(*out), level}};
}

trace_pump::trace_pump(node& self, trace_writer out, trace_level level)
  : self_(self), out_(std::move(out)) {
  trace_exchange::of(self_).record(level);
  thread_ = std::jthread{[this](std::stop_token stop) {
    run(stop);
  }};
}

trace_pump::~trace_pump() {
  thread_ = {};
  self_.record_traces(false);
}

void trace_pump::run(std::stop_token stop) {
  std::unique_lock lock{mutex_};
  for (;;) {
    stopped_.wait_for(lock, stop, fetch_every, [] { return false; });
    if (stop.stop_requested() || problem_)
      return;
    fetch(answer_limit);
  }
}

void trace_pump::count(const node_trace& n) {
  totals_.lost += n.lost - std::exchange(lost_[n.node], n.lost);
  totals_.nodes = lost_.size();
  for (const auto& thread : n.threads)
    totals_.events += thread.events.size();
  totals_.steps += n.steps.size();
  for (const auto& loss : n.lost_steps)
    totals_.lost_steps += loss.count;
}

// A node that did not answer is left out: its name would say so for good.
void trace_pump::fetch(std::chrono::milliseconds limit) {
  auto all = self_.collect_traces(limit);
  totals_.silent =
      std::erase_if(all, [](const node_trace& n) { return n.scopes.empty(); });
  for (const auto& n : all)
    count(n);
  std::erase_if(all, [](const node_trace& n) {
    return n.threads.empty() && n.steps.empty() && n.lost_steps.empty();
  });
  auto ok = write_plans();
  if (ok)
    ok = out_.add(all);
  if (!ok) {
    problem_ = ok.error();
    failed_.store(true);
    self_.record_traces(false);
  }
}

void trace_pump::add(trace_plan plan) {
  if (failed_.load())
    return;
  std::lock_guard guard{plans_mutex_};
  plans_.push_back(std::move(plan));
}

result<void> trace_pump::write_plans() {
  std::vector<trace_plan> plans;
  {
    std::lock_guard guard{plans_mutex_};
    plans.swap(plans_);
  }
  for (const auto& plan : plans)
    if (auto ok = out_.add(plan); !ok)
      return ok;
  return {};
}

result<trace_totals> trace_pump::write_all() {
  std::lock_guard guard{mutex_};
  if (!problem_)
    fetch(last_answer_limit);
  if (problem_)
    return tl::make_unexpected(*problem_);
  return totals_;
}

} // namespace tern
