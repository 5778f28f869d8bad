#pragma once

// For host*.cpp and actor_runner.cpp.

#include "actors/actor_runner.hpp"
#include "actors/trace/clock.hpp"

#include <caf/intrusive_ptr.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace tern {

/// What a worker does in one go: handlers of one runner after the other, until
/// there is nothing to do or others shall have the thread.
///
/// Also measures how much of its time are handlers, from some of its jobs.
class worker_turn {
public:
  /// How long it lasts, in ns, and of how many jobs one is timed.
  struct measure {
    std::uint64_t longest;
    std::uint64_t jobs_a_sample;
  };
  static constexpr measure called{500'000, 8};
  static constexpr measure visiting{50'000, 1}; ///< it keeps the links waiting

  worker_turn(actor_host::impl& host, measure how)
    : host_(host), before_(current()), how_(how), begin_(monotonic_ns()) {
    current() = this;
  }
  ~worker_turn() {
    current() = before_;
    pass_on();
    publish();
  }
  worker_turn(const worker_turn&) = delete;
  worker_turn& operator=(const worker_turn&) = delete;

  /// Of this thread, or none.
  static worker_turn*& current() noexcept {
    thread_local worker_turn* one = nullptr;
    return one;
  }

  /// Whether it runs `r` when the one that runs now has nothing more to do. Not
  /// if others wait already, nor if a handler is at it: that may take long.
  bool follow_with(actor_runner& r) {
    if (next_ || handles_ || &r.host() != &host_ || host_.has_ready())
      return false;
    next_.reset(&r);
    return true;
  }
  caf::intrusive_ptr<actor_runner> follower() {
    return std::exchange(next_, nullptr);
  }
  /// It runs when its turn comes.
  void pass_on() {
    if (const auto r = follower())
      host_.queue(*r);
  }

  /// A runner begins: it has so many handlers before others get their turn.
  void begin_runner() noexcept {
    left_ = handlers_a_runner;
  }
  bool take_one() noexcept {
    const bool has_one = left_ > 0 && !is_over_;
    take(1);
    return has_one;
  }
  void take(std::size_t handlers) noexcept {
    left_ -= std::min(left_, handlers);
  }

  /// For others that want the thread.
  bool is_over() const noexcept {
    return is_over_;
  }

  /// Around a job: its handlers, and what the machine makes of them.
  void begin_job() noexcept {
    handles_ = true;
    samples_ = jobs_++ % how_.jobs_a_sample == 0;
    if (samples_)
      job_began_ = monotonic_ns();
  }
  void end_handlers() noexcept {
    handles_ = false;
    if (samples_)
      handlers_ended_ = monotonic_ns();
  }
  void end_job() {
    if (!samples_)
      return;
    const auto now = monotonic_ns();
    in_handlers_ += handlers_ended_ - job_began_;
    total_ += now - job_began_;
    is_over_ = now - begin_ > how_.longest;
    if (++sampled_ >= most_sampled || total_ > most_total)
      publish();
  }

private:
  static constexpr std::size_t handlers_a_runner = 64;
  static constexpr std::uint64_t most_sampled = 8;
  static constexpr std::uint64_t most_total = 20'000; // ns

  void publish() {
    if (sampled_ > 0)
      host_.note_time(in_handlers_, total_, sampled_);
    in_handlers_ = total_ = sampled_ = 0;
  }

  actor_host::impl& host_;
  worker_turn* const before_; // of another host, mostly none
  caf::intrusive_ptr<actor_runner> next_;
  bool handles_ = false;
  bool is_over_ = false;
  bool samples_ = false;
  std::size_t left_ = handlers_a_runner;
  const measure how_;
  const std::uint64_t begin_;
  std::uint64_t jobs_ = 0;
  std::uint64_t job_began_ = 0;
  std::uint64_t handlers_ended_ = 0;
  std::uint64_t in_handlers_ = 0; // of those sampled since `publish`
  std::uint64_t total_ = 0;
  std::uint64_t sampled_ = 0;
};

} // namespace tern
