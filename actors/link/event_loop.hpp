#pragma once

#include "actors/link/socket.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tern {

/// One thread that waits for sockets, deadlines and tasks: all links of a node
/// are served by it.
///
/// Between two rounds that thread can do what others would have to be woken
/// for (`between_rounds`). A second one, the deputy, sees to it that the loop
/// goes on meanwhile: what takes long keeps its thread, and the deputy serves
/// from then on (Schmidt and others, "Leader/Followers", 2000).
///
/// `post`, `in_loop`, `between_rounds` and `stop` may be called from any
/// thread, all other members only from tasks and callbacks of the loop itself
/// (or before `start`). Callbacks must not block.
class event_loop {
public:
  using clock = std::chrono::steady_clock;
  using task = std::function<void()>;
  /// `events` as epoll gives them.
  using ready = std::function<void(std::uint32_t events)>;
  using timer_id = std::pair<clock::time_point, std::uint64_t>;

  event_loop();
  ~event_loop();
  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// `name`: of the thread, at most 15 characters.
  void start(const std::string& name);
  /// Runs what was posted, then ends the thread. Not from the loop itself.
  void stop();

  /// Runs `f` on the loop's thread, in order of posting. After `stop` it is
  /// dropped.
  void post(task f);
  bool in_loop() const noexcept;

  /// Calls `f` when `events` happen on `fd`, edge-triggered.
  void watch(int fd, std::uint32_t events, ready f);
  /// No call for `fd` after this, not even of this round.
  void forget(int fd);

  /// Runs `f` once, `delay` from now.
  timer_id after(std::chrono::milliseconds delay, task f);
  void cancel(timer_id id);

  /// Runs `f` at the end of this round, before the loop waits again.
  void at_end_of_round(task f);

  /// Runs `f` after this round; the loop waits for it some milliseconds and
  /// then goes on without, so `f` may take as long as it likes. For `f` this
  /// thread is not the loop's: `in_loop` is false. Returns false, and drops
  /// `f`, where that cannot be: on other threads, where this round has one
  /// already, and while the last one takes long.
  bool between_rounds(task f);

  /// When the loop last returned from waiting.
  clock::time_point now() const noexcept {
    return now_;
  }

private:
  struct watcher {
    int fd;
    ready call;
    bool alive = true;
  };

  /// Of two threads one serves, and the other stands by.
  void run(bool serves);
  bool serve();
  bool stand_by();
  void start_deputy();
  bool step_aside();
  bool is_stopping();
  void wait();
  void run_posted();
  void run_timers();
  void run_end_of_round();
  int wait_ms() const;

  unique_fd epoll_;
  unique_fd wake_;
  std::thread thread_;
  std::thread deputy_; // once there was something to do between rounds
  std::string name_;
  std::atomic<std::thread::id> loop_thread_{};
  std::atomic<bool> has_deputy_{false}; // who stands by

  std::mutex mutex_; // guards these
  std::vector<task> posted_;
  bool stopping_ = false;
  std::uint64_t breaks_ = 0; // between rounds, so far
  bool in_break_ = false;
  bool deputy_sleeps_ = false;
  std::condition_variable woken_;

  // The loop's own.
  clock::time_point now_;
  std::map<int, std::unique_ptr<watcher>> watchers_;
  std::vector<std::unique_ptr<watcher>> forgotten_;
  std::map<timer_id, task> timers_;
  std::uint64_t timer_numbers_ = 0;
  std::vector<task> end_of_round_;
  task between_rounds_;
};

} // namespace tern
