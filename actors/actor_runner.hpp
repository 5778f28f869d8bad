#pragma once

// For host*.cpp: it includes CAF.

#include "actors/host_impl.hpp"
#include "actors/patient_mutex.hpp"
#include "actors/room_book.hpp"

#include <caf/ref_counted.hpp>

#include <atomic>
#include <optional>
#include <vector>

namespace tern {

class worker_turn;

/// Runs one stateful actor's handlers on this node, for a worker of the host.
/// It has at most the few jobs that the machine gave out; the actor's own
/// mailbox is the machine's and moves with it.
///
/// An actor that a handler has woken runs next on the same worker, if the one
/// that woke it has nothing more to do: most messages meet a receiver that
/// sleeps, and neither the queue nor another thread is needed.
class actor_runner final : public caf::ref_counted, public pooled {
public:
  /// `made` is empty when a `restore` comes first.
  actor_runner(std::shared_ptr<actor_host::impl> host,
               std::unique_ptr<mobile_behavior> made);

  /// Whom it runs; before its first job.
  void name(const instance_id& instance) noexcept {
    instance_ = instance;
  }
  actor_host::impl& host() const noexcept {
    return *host_;
  }
  /// Its name for the machine.
  std::uint64_t handle() const noexcept {
    return reinterpret_cast<std::uintptr_t>(this);
  }

  /// Any thread.
  void take(runner_job job);
  /// For a worker: what there is to do, until others shall have their turn.
  void work(worker_turn& t);
  /// No job starts from here on. Returns whether one runs; then the runner
  /// leaves its host when that has ended.
  bool close();

  /// Nanoseconds in which it had something to do since it was asked last, while
  /// the host measures.
  std::uint64_t take_active(std::uint64_t now);
  /// What only its behavior and its threads know. Any thread.
  void add_to(wait_report& report);
  /// The actor whose handler runs on this thread; none: no handler does.
  static std::optional<actor_id> running_here() noexcept;

  /// Of its state, when it came; 0: not known.
  std::uint64_t bytes() const noexcept {
    return bytes_.load(std::memory_order_relaxed);
  }

private:
  class handler_mark;

  void schedule();
  std::optional<runner_job> next_job();
  void put_back(runner_job job);
  std::optional<runner_job> perform(instruction::run& job, worker_turn& t);
  void handle(const mail& m, mobility_event::handled& said);
  std::optional<runner_job> perform(instruction::save& job, worker_turn& t);
  std::optional<runner_job> perform(instruction::restore& job, worker_turn& t);
  std::optional<runner_job> perform(instruction::discard& job, worker_turn& t);

  const std::shared_ptr<actor_host::impl> host_;
  instance_id instance_;

  // of the job that runs
  std::unique_ptr<mobile_behavior> behavior_;
  room_book room_;

  patient_mutex mutex_; // guards the next five, and changes of the sixth
  std::optional<runner_job> first_; // mostly the only one
  std::vector<runner_job> jobs_;    // behind it
  bool scheduled_ = false;          // with a worker, or on the way to one
  std::uint64_t since_ = 0;         // when it got something to do; 0: unknown
  std::uint64_t active_ = 0;        // nanoseconds before that
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> bytes_{0};

  // of the handlers that run, or ran last, for people who ask
  std::atomic<std::uint64_t> began_{0}; // 0: none runs
  std::atomic<std::uint64_t> ended_{0}; // the last job; 0: there was none
  std::atomic<std::uint64_t> sent_{0};  // by the last handler of a message
  std::atomic<std::uint64_t> thread_{0};
  std::atomic<std::uint64_t> sender_high_{0};
  std::atomic<std::uint64_t> sender_low_{0};
  std::atomic<std::uint64_t> came_from_{0};
};

} // namespace tern
