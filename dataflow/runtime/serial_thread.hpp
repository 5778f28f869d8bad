#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace tern {

/// One thread that does what it is given, in order of time: for work that is
/// too long for a link thread. Any thread may call.
class serial_thread {
public:
  using clock = std::chrono::steady_clock;

  serial_thread() : thread_([this] { loop(); }) {}
  /// Finishes what is due now, drops what is due later.
  ~serial_thread() {
    stop();
  }
  serial_thread(const serial_thread&) = delete;
  serial_thread& operator=(const serial_thread&) = delete;

  void post(std::function<void()> f) {
    post_after(std::chrono::seconds(0), std::move(f));
  }
  void post_after(clock::duration delay, std::function<void()> f) {
    {
      std::lock_guard guard{mutex_};
      jobs_.emplace(clock::now() + delay, std::move(f));
    }
    changed_.notify_one();
  }
  void stop() {
    {
      std::lock_guard guard{mutex_};
      stop_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable())
      thread_.join();
  }

private:
  void loop() {
    std::unique_lock guard{mutex_};
    for (;;) {
      const bool due = !jobs_.empty() && jobs_.begin()->first <= clock::now();
      if (due) {
        auto job = std::move(jobs_.begin()->second);
        jobs_.erase(jobs_.begin());
        guard.unlock();
        job();
        guard.lock();
      } else if (stop_) {
        return;
      } else if (jobs_.empty()) {
        changed_.wait(guard);
      } else {
        changed_.wait_until(guard, jobs_.begin()->first);
      }
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<clock::time_point, std::function<void()>> jobs_;
  bool stop_ = false;
  std::thread thread_;
};

} // namespace tern
