#pragma once

#include "dataflow/api/completions.hpp"
#include "dataflow/runtime/executor.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace tern {

/// The calls as the arrays that an executor computes.
std::vector<array> calls_of(std::span<const future> futures);

/// A thread that computes calls, and the queue of what has come of them. The
/// queue has no bound, so the thread never waits for who reads it.
class background_run {
public:
  background_run(std::shared_ptr<executor> where, std::vector<future> calls);
  ~background_run();
  background_run(const background_run&) = delete;
  background_run& operator=(const background_run&) = delete;

  /// See completions. One thread at a time.
  std::optional<completion> next();

  /// Cancels what is left, waits until that is done and lets go of the
  /// executor. Any number of times, on one thread at a time.
  void end();

private:
  void run(const std::stop_token& stop);
  void put(std::size_t number, result<ndarray> outcome);

  std::shared_ptr<executor> where_;
  const std::vector<future> calls_;

  std::mutex mutex_; ///< guards what follows
  std::condition_variable changed_;
  std::deque<completion> come_;
  bool over_ = false;
  std::exception_ptr why_; ///< the run as a whole has failed

  std::jthread thread_; ///< last: it uses all of the above
};

} // namespace tern
