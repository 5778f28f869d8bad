#pragma once

#include "actors/fifo.hpp"
#include "actors/patient_mutex.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace tern {

/// What is ready to run on a host, in order, and how many workers see to it.
/// Any thread.
///
/// What handlers said goes to one machine, one after the other. So with the
/// share of their time that workers spend in handlers it is certain how many of
/// them can be busy (Amdahl, "Validity of the single processor approach",
/// 1967): with handlers that do next to nothing, one; a second one would only
/// pull the machine's memory to and fro. The queue calls as many as can be
/// busy. That is
/// a guess about handlers to come. Where it is wrong and one takes long, what
/// lies behind it is `stalled`; whoever looks from time to time sees that, and
/// calls another worker in place of the one that is stuck.
///
/// Who finds nothing more to do looks around for some microseconds before it
/// leaves: to call a worker takes longer than most handlers run.
template <class Item>
class run_queue {
public:
  explicit run_queue(std::uint32_t most_workers)
    : most_(most_workers), desks_(most_workers) {}

  /// What the caller of `push` has to do.
  enum class need {
    nothing,
    worker, ///< call one, who counts already
    watch,  ///< see to it that somebody asks soon whether this is `stalled`
  };

  /// At the end.
  need push(Item* item) {
    std::lock_guard guard{mutex_};
    items_.push_back(item);
    has_some_.store(true, std::memory_order_relaxed);
    const auto n = workers();
    if (waits_.load(std::memory_order_relaxed) && n <= allowed()
        && items_.size() == 1) // who waits takes one
      return need::nothing;
    if (n > 0 && n >= allowed())
      return n < most_ ? need::watch : need::nothing;
    if (n >= most_)
      return need::nothing;
    workers_.store(n + 1, std::memory_order_relaxed);
    return need::worker;
  }

  bool empty() const noexcept {
    return !has_some_.load(std::memory_order_relaxed);
  }

  /// Where a worker that was called sits, until it gets up or leaves.
  using desk = std::size_t;

  desk sit_down() {
    std::lock_guard guard{mutex_};
    const auto place = std::ranges::find(desks_, 0u);
    *place = now_;
    return static_cast<desk>(place - desks_.begin());
  }
  /// For a worker that will come back.
  void get_up(desk at) {
    std::lock_guard guard{mutex_};
    see(at);
    desks_[at] = 0;
  }

  /// For a worker; null: there is none for it.
  Item* pop(desk at) {
    if (!has_some_.load(std::memory_order_relaxed))
      return nullptr;
    std::lock_guard guard{mutex_};
    see(at);
    return items_.empty() || workers() > allowed() ? nullptr : take();
  }
  /// For somebody else.
  Item* pop() {
    std::lock_guard guard{mutex_};
    return items_.empty() ? nullptr : take();
  }
  /// For a worker that found nothing: waits for some microseconds, or until
  /// there is something here or `ready()`.
  template <class Ready>
  void wait(Ready&& ready) noexcept {
    if (waits_.exchange(true, std::memory_order_relaxed))
      return; // one is enough
    for (int i = 0; i < looks; ++i) {
      if (has_some_.load(std::memory_order_relaxed) || ready())
        break;
      patient_mutex::pause();
    }
    waits_.store(false, std::memory_order_relaxed);
  }

  /// The worker counts no more. False: it has to go on, for there is something.
  bool leave(desk at) {
    std::lock_guard guard{mutex_};
    see(at);
    if (!items_.empty() && workers() <= allowed())
      return false;
    desks_[at] = 0;
    workers_.store(workers() - 1, std::memory_order_relaxed);
    return true;
  }

  std::uint32_t workers() const noexcept {
    return workers_.load(std::memory_order_relaxed);
  }
  /// Some worker will be through with its handlers in a moment, as far as can
  /// be known, and another one can be called if not.
  bool is_attended() const noexcept {
    const auto n = workers();
    return n > 0 && n < most_ && is_brief();
  }
  /// Handlers are through in a moment, as far as can be known.
  bool is_brief() const noexcept {
    return brief_.load(std::memory_order_relaxed);
  }

  /// So much time, in nanoseconds, `jobs` took a worker, and so much of it in
  /// handlers.
  void note(std::uint64_t in_handlers, std::uint64_t total,
            std::uint64_t jobs) {
    std::lock_guard guard{mutex_};
    in_handlers_ = in_handlers_ / 2 + in_handlers;
    total_ = std::max(total_ / 2 + total, in_handlers_ + 1);
    jobs_ = jobs_ / 2 + jobs;
    const auto busy = gain * total_ / (total_ - in_handlers_);
    wanted_ = static_cast<std::uint32_t>(
        std::clamp<std::uint64_t>(busy / whole, 1, most_));
    brief_.store(in_handlers_ < longest_brief * jobs_,
                 std::memory_order_relaxed);
  }

  /// Whether nothing was taken since the last call though there was something;
  /// then the caller has to call a worker, who counts already.
  bool stalled() {
    std::lock_guard guard{mutex_};
    const bool stalls = !items_.empty() && seen_ == taken_ && workers() < most_;
    seen_ = taken_;
    ++now_;
    stuck_ = static_cast<std::uint32_t>(
        std::ranges::count_if(desks_, [this](auto t) { return is_stuck(t); }));
    if (stuck_ > 0 && stuck_ >= workers())
      brief_.store(false, std::memory_order_relaxed); // until one has an end
    if (stalls)
      workers_.store(workers() + 1, std::memory_order_relaxed);
    return stalls;
  }

private:
  static constexpr int looks = 64;
  // A worker that two can do without costs more than it brings.
  static constexpr std::uint64_t gain = 2;
  static constexpr std::uint64_t whole = 3;
  static constexpr std::uint64_t longest_brief = 20'000; // ns

  Item* take() {
    auto* item = items_.front();
    items_.pop_front();
    ++taken_;
    if (items_.empty())
      has_some_.store(false, std::memory_order_relaxed);
    return item;
  }
  std::uint32_t allowed() const noexcept {
    return wanted_ + stuck_;
  }
  /// Of a worker that was here last at `seen`; 0: nobody.
  bool is_stuck(std::uint64_t seen) const noexcept {
    return seen != 0 && seen + 2 <= now_;
  }
  void see(desk at) {
    if (is_stuck(std::exchange(desks_[at], now_)))
      --stuck_;
  }

  const std::uint32_t most_;

  // Everybody looks at these.
  alignas(64) std::atomic<bool> has_some_{false};
  std::atomic<bool> waits_{false};
  std::atomic<bool> brief_{true};
  std::atomic<std::uint32_t> workers_{0};

  alignas(64) patient_mutex mutex_; // guards the rest
  fifo<Item*> items_;
  std::uint64_t taken_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t now_ = 1;            // in calls of `stalled`
  std::vector<std::uint64_t> desks_; // when each was seen last; 0: free
  std::uint32_t wanted_ = 1;
  std::uint32_t stuck_ = 0;
  std::uint64_t in_handlers_ = 0;
  std::uint64_t total_ = 0;
  std::uint64_t jobs_ = 0;
};

} // namespace tern
