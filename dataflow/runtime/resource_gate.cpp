#include "dataflow/runtime/resource_gate.hpp"

#include <algorithm>
#include <utility>

namespace tern {

resource_gate::resource_gate(resource_counts all, waker wake)
  : all_(std::move(all)), wake_(std::move(wake)), free_(all_) {}

void resource_gate::change(const resource_counts& by, bool taken) {
  for (const auto& [name, count] : by) {
    auto& left = free_[name];
    left = taken ? left - count : left + count;
  }
}

// By a thread that waits for some of the same: it has run already, others wait
// for its end, and nobody goes past it.
bool resource_gate::is_claimed(const resource_counts& needs) const {
  return std::ranges::any_of(claims_, [&](const auto* claim) {
    return std::ranges::any_of(
        needs, [&](const auto& each) { return claim->contains(each.first); });
  });
}

bool resource_gate::take_or_wait(const resource_counts& needs,
                                 const waiter& who) {
  std::lock_guard guard{mutex_};
  const bool there = !is_claimed(needs) && fits(needs, free_);
  if (there)
    change(needs, true);
  else
    waiting_[needs].emplace(who.priority, who);
  return there;
}

void resource_gate::take(const resource_counts& needs) {
  std::unique_lock guard{mutex_};
  claims_.push_back(&needs);
  given_back_.wait(guard, [&] { return fits(needs, free_); });
  std::erase(claims_, &needs);
  change(needs, true);
  wake_fitting();
}

void resource_gate::give_back(const resource_counts& needs) {
  std::lock_guard guard{mutex_};
  change(needs, false);
  given_back_.notify_all();
  wake_fitting();
}

// Those who are woken have taken nothing yet, so what they need is left out of
// the account of this call only.
void resource_gate::wake_fitting() {
  auto left = free_;
  for (;;) {
    auto best = waiting_.end();
    for (auto i = waiting_.begin(); i != waiting_.end(); ++i)
      if (fits(i->first, left) && !is_claimed(i->first)
          && (best == waiting_.end()
              || i->second.begin()->first < best->second.begin()->first))
        best = i;
    if (best == waiting_.end())
      return;
    for (const auto& [name, count] : best->first)
      left[name] -= count;
    auto& queue = best->second;
    wake_(queue.begin()->second);
    queue.erase(queue.begin());
    if (queue.empty())
      waiting_.erase(best);
  }
}

void resource_gate::forget(const runnable_plan& plan) {
  std::lock_guard guard{mutex_};
  for (auto& [needs, queue] : waiting_)
    std::erase_if(queue,
                  [&](const auto& each) { return each.second.plan == &plan; });
  std::erase_if(waiting_, [](const auto& each) { return each.second.empty(); });
  wake_fitting();
}

void resource_gate::wake() {
  std::lock_guard guard{mutex_};
  wake_fitting();
}

std::vector<task_record*>
resource_gate::take_back(const runnable_plan& plan, std::size_t most,
                         const resource_counts& elsewhere) {
  std::vector<task_record*> out;
  std::lock_guard guard{mutex_};
  for (auto& [needs, queue] : waiting_) {
    if (!fits(needs, elsewhere))
      continue;
    for (auto i = queue.end(); i != queue.begin() && out.size() < most;) {
      --i;
      if (i->second.plan != &plan)
        continue;
      out.push_back(i->second.task);
      i = queue.erase(i);
    }
  }
  std::erase_if(waiting_, [](const auto& each) { return each.second.empty(); });
  return out;
}

std::size_t resource_gate::surplus() const {
  std::lock_guard guard{mutex_};
  std::size_t stuck = 0;
  std::size_t others = 0;
  for (const auto& [needs, queue] : waiting_)
    (fits(needs, all_) ? others : stuck) += queue.size();
  return stuck + (others + 1) / 2;
}

std::size_t resource_gate::takers() const {
  std::lock_guard guard{mutex_};
  return claims_.size();
}

bool resource_gate::is_waiting(const task_record& task) const {
  std::lock_guard guard{mutex_};
  return std::ranges::any_of(waiting_, [&](const auto& kind) {
    return std::ranges::any_of(kind.second, [&](const auto& each) {
      return each.second.task == &task;
    });
  });
}

} // namespace tern
