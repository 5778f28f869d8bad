#pragma once

#include "dataflow/runtime/crash_note.hpp"
#include "dataflow/runtime/resource_gate.hpp"
#include "dataflow/runtime/session_options.hpp"
#include "dataflow/runtime/spiller.hpp"

#include <atomic>
#include <mutex>

namespace tern {

class compute_pool;
class node;

/// The call of a function that this thread runs, and where: what it takes to
/// compute more from inside it.
class running_call {
public:
  struct place {
    const node* on = nullptr; ///< null: no node, it runs in static order
    const kernel_registry* kernels = nullptr;
    unsigned threads = 0;                         ///< of the node
    crash_note* note = nullptr;                   ///< null: nobody keeps one
    spiller::room* room = nullptr;                ///< in memory
    resource_grant* grant = nullptr;              ///< of what it needs
    const std::atomic<bool>* abandoned = nullptr; ///< nobody wants its result
    const resource_counts* resources = nullptr;   ///< of the node
  };

  /// `what`: as the note has it. `alone`: is held while it runs, but for when
  /// it waits.
  running_call(const place& where, const crash_note::running& what,
               std::unique_lock<std::mutex> alone = {});
  ~running_call();
  running_call(const running_call&) = delete;
  running_call& operator=(const running_call&) = delete;

  /// A session for more of the same: it reaches the nodes of this one's
  /// cluster, or computes as this call is computed.
  session_options for_more() const;

  /// That of this thread; null if it runs none.
  static running_call* current() noexcept;

private:
  friend class waiting_task;

  void begin();
  void end() noexcept;

  const place where_;
  const crash_note::running what_;
  const int thread_;
  std::unique_lock<std::mutex> alone_;
  const bool is_alone_;
  running_call* const outer_;
};

/// While it lives, the task that this compute thread runs waits for others, and
/// another thread runs tasks meanwhile. On any other thread it does nothing.
class waiting_task {
public:
  waiting_task();
  ~waiting_task();
  waiting_task(const waiting_task&) = delete;
  waiting_task& operator=(const waiting_task&) = delete;

  /// Too many wait already: it must not.
  bool is_refused() const noexcept {
    return refused_;
  }
  /// The node ends, or nobody wants the result of the task any more.
  bool is_abandoned() const noexcept;

private:
  compute_pool* pool_; ///< null: it does nothing
  running_call* call_;
  bool refused_ = false;
};

} // namespace tern
