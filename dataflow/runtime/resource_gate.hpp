#pragma once

#include "dataflow/graph/resources.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

namespace tern {

class runnable_plan;
struct task_record;

/// The resources of one node, and the ready tasks that wait for them: on no
/// thread, and in the way of nobody who needs nothing. Thread-safe.
///
/// A task takes all that it needs in one step when it is about to run, or
/// waits. What is given back lets those try again for which there is enough,
/// the first in the static order first; another may be faster, then they wait
/// again.
class resource_gate {
public:
  struct waiter {
    runnable_plan* plan = nullptr;
    task_record* task = nullptr;
    std::uint32_t priority = 0;
  };
  /// Called for a task that may try again, under the gate's lock.
  using waker = std::function<void(const waiter&)>;

  resource_gate(resource_counts all, waker wake);

  const resource_counts& all() const noexcept {
    return all_;
  }

  /// Takes what is needed; false: `who` waits.
  bool take_or_wait(const resource_counts& needs, const waiter& who);
  /// Waits on this thread until it is there. Goes before those that wait.
  void take(const resource_counts& needs);
  void give_back(const resource_counts& needs);

  /// Nobody of `plan` waits any more, or is woken. Who was woken and did not
  /// come does not stand in the way of others.
  void forget(const runnable_plan& plan);
  /// Lets those try again for which there is enough: some that were woken will
  /// not come.
  void wake();
  /// Takes up to `most` of `plan` out that can run where there is `elsewhere`,
  /// the last of the order first.
  std::vector<task_record*> take_back(const runnable_plan& plan,
                                      std::size_t most,
                                      const resource_counts& elsewhere);

  /// Of those that wait, how many should go to somebody who can run them: all
  /// that cannot run here, and half of the others.
  std::size_t surplus() const;
  bool is_waiting(const task_record& task) const;
  /// Threads that wait in `take`.
  std::size_t takers() const;

private:
  using waiters = std::multimap<std::uint32_t, waiter>; ///< by priority

  void wake_fitting();
  bool is_claimed(const resource_counts& needs) const;
  void change(const resource_counts& by, bool taken);

  const resource_counts all_;
  const waker wake_;
  mutable std::mutex mutex_; ///< guards what follows
  std::condition_variable given_back_;
  resource_counts free_;
  std::map<resource_counts, waiters> waiting_; ///< by what they need
  std::vector<const resource_counts*> claims_; ///< of threads in `take`
};

/// What a running task has taken; gives it back at its end.
class resource_grant {
public:
  /// Of nothing.
  resource_grant() = default;
  resource_grant(resource_gate& from, const resource_counts& what) noexcept
    : from_(&from), what_(&what) {}
  resource_grant(const resource_grant&) = delete;
  resource_grant& operator=(const resource_grant&) = delete;
  ~resource_grant() {
    rest();
  }

  /// The task waits for others, who may need the same.
  void rest() {
    if (from_ && held_)
      from_->give_back(*what_);
    held_ = false;
  }
  /// It goes on.
  void go_on() {
    if (from_ && !held_)
      from_->take(*what_);
    held_ = true;
  }

private:
  resource_gate* from_ = nullptr;
  const resource_counts* what_ = nullptr;
  bool held_ = true;
};

} // namespace tern
