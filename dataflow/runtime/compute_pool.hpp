#pragma once

#include "actors/trace/clock.hpp"
#include "dataflow/runtime/task_record.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace tern {

/// A plan as the compute threads see it.
class runnable_plan {
public:
  virtual ~runnable_plan() = default;

  /// Runs a task that was pushed (or drops it, if it is not ready any more).
  virtual void run(task_record& task) = 0;
  /// See task_engine.
  virtual task_record* next_source(bool must_progress) = 0;
  /// Makes room in memory for the next source. False: there is none.
  virtual bool make_room() = 0;
  virtual std::uint32_t source_priority() const noexcept = 0;
  virtual bool waits_for_blocks() const noexcept = 0;
};

/// Told of the load of a pool, by its compute threads or whoever pushes: must
/// not block.
class load_watcher {
public:
  virtual ~load_watcher() = default;
  /// A thread found nothing to run, and is about to sleep.
  virtual void idle() = 0;
  /// While `expect_busy`: a thread found something to run.
  virtual void busy() = 0;
  /// While `expect_surplus`: something was queued, or a task has run.
  virtual void surplus() = 0;
};

/// The node's compute threads and its ready queue.
///
/// Each thread has a heap of ready tasks by static priority. It takes the best
/// of: the top of its heap, the next source of a plan (if the ledger gives it
/// memory); then what other threads have; then, if nothing comes for a while, a
/// source for which memory can be made. Tasks that a thread's own work makes
/// ready stay with it, so that blocks are used where they are in the cache.
/// Nothing runs here but kernels and the messages they cause.
///
/// A task may wait for others (`waiting_task`, running_call.hpp): then another
/// thread runs tasks in its place, so that as many as ever do not wait.
class compute_pool {
public:
  /// So many tasks may wait at a time.
  static constexpr unsigned most_waiting = 256;

  explicit compute_pool(unsigned threads);
  compute_pool(const compute_pool&) = delete;
  compute_pool& operator=(const compute_pool&) = delete;
  /// Waits for running tasks; queued ones are dropped.
  ~compute_pool();

  /// A ready task. Any thread.
  void push(runnable_plan& plan, task_record& task);

  /// Sources of `plan` may fire from now on.
  void add(runnable_plan& plan);
  /// No further task of `plan` will run once this returns; those that run go
  /// on, while `is_active`. What they push is for `remove` to drop.
  void withdraw(runnable_plan& plan);
  bool is_active(const runnable_plan& plan) const noexcept;
  /// The same, and waits for those that run; not from a compute thread.
  void remove(runnable_plan& plan);

  /// From now on `watcher` is told; it outlives the pool's threads.
  void watch(load_watcher& watcher) noexcept {
    watcher_.store(&watcher);
  }
  void expect_busy(bool on) noexcept {
    tell_busy_.store(on);
  }
  void expect_surplus(bool on) noexcept {
    tell_surplus_.store(on);
  }

  /// Takes up to `most` queued tasks of `plan` from the far end of the order.
  std::vector<task_record*> take_back(runnable_plan& plan, std::size_t most);
  /// Tasks that wait for a thread.
  std::size_t queued() const;
  /// Threads that run a task, about.
  unsigned executing() const noexcept;
  /// Tasks that the threads have run since the start, about.
  std::uint64_t executed() const noexcept;
  /// Which of them runs `task`, if one does.
  std::optional<execution> execution_of(const task_record& task) const;

  unsigned threads() const noexcept {
    return threads_;
  }
  /// Number of this compute thread, or -1 on any other thread. Those that stand
  /// in come after the `threads` of the pool.
  static int current() noexcept;

  /// The pool whose thread this is; null on any other thread.
  static compute_pool* of_this_thread() noexcept;
  /// The task of this compute thread waits for others until `end_wait`. False:
  /// too many do.
  bool begin_wait();
  void end_wait() noexcept;
  /// The node ends: those that wait should give up.
  void abandon() noexcept {
    abandoned_.store(true);
  }
  bool is_abandoned() const noexcept {
    return abandoned_.load();
  }

private:
  struct work {
    std::uint32_t priority;
    task_record* task;
    runnable_plan* plan;
  };
  struct worker {
    mutable spin_lock lock; ///< guards heap
    std::vector<work> heap;
    std::atomic<runnable_plan*> active{nullptr};
    std::atomic<const task_record*> executing{nullptr};
    std::atomic<bool> waits{false};         ///< the task waits for others
    std::atomic<std::uint64_t> began{0};    ///< to execute, in ticks
    std::atomic<std::uint64_t> executed{0}; ///< the thread alone writes it
    std::thread thread;

    bool computes() const noexcept {
      return executing.load(std::memory_order_relaxed)
             && !waits.load(std::memory_order_relaxed);
    }
  };
  using plan_list = std::vector<runnable_plan*>;

  std::span<const std::unique_ptr<worker>> workers() const noexcept {
    return {workers_.data(), started_.load(std::memory_order_acquire)};
  }
  void start_stand_in();
  bool may_run(unsigned self) const noexcept;
  void park(unsigned self);
  void loop(unsigned self);
  bool take(unsigned self, bool waited, work& out);
  bool pop(worker& from, unsigned self, std::uint32_t better_than, work& out);
  enum class source_rule {
    has_memory,
    make_room,     ///< nothing else has come for a while
    must_progress, ///< and no other thread does
  };
  bool take_source(unsigned self, std::uint32_t better_than, source_rule rule,
                   work& out);
  bool idle_but(unsigned self) const noexcept;
  bool sources_left() const;
  bool sleep(unsigned self);
  void wake() noexcept;
  void publish(plan_list list);
  void empty_heaps(const runnable_plan& of);
  void tell(const std::atomic<bool>& wanted, void (load_watcher::*what)());

  const trace_clock clock_;
  const unsigned threads_;
  std::vector<std::unique_ptr<worker>> workers_; ///< never reallocated
  std::atomic<std::size_t> started_{0};          ///< of them
  std::mutex stand_ins_mutex_;
  std::atomic<unsigned> waiting_{0}; ///< tasks that wait for others
  std::atomic<bool> abandoned_{false};
  std::atomic<const plan_list*> plans_;
  std::mutex plans_mutex_;
  std::vector<std::unique_ptr<const plan_list>> lists_; ///< all there ever were
  std::atomic<std::uint32_t> next_{0};
  std::atomic<int> sleepers_{0};
  std::mutex sleep_mutex_;
  std::condition_variable wake_;
  std::condition_variable parked_; ///< of threads that may not run
  std::uint64_t wake_count_ = 0;
  std::atomic<bool> stop_{false};
  std::atomic<load_watcher*> watcher_{nullptr};
  std::atomic<bool> tell_busy_{false};
  std::atomic<bool> tell_surplus_{false};
};

} // namespace tern
