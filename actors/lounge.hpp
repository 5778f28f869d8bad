#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tern {

class actor_runner;

/// Where workers that have run out of work wait for a moment before they go to
/// sleep: to wake one takes longer than most handlers run, and who sends little
/// by little would do it for every message. Any thread.
class lounge {
public:
  /// Gives `job`, and one reference to it, to a worker who waits. False: there
  /// is none.
  bool offer(actor_runner* job) noexcept {
    for (auto& seat : seats_) {
      auto expected = waiting;
      if (seat.load(std::memory_order_relaxed) == waiting
          && seat.compare_exchange_strong(
              expected, reinterpret_cast<std::uintptr_t>(job),
              std::memory_order_acq_rel, std::memory_order_relaxed))
        return true;
    }
    return false;
  }

  /// Waits for some microseconds. Gives what was offered, with its reference,
  /// or nothing.
  actor_runner* wait() noexcept {
    for (auto& seat : seats_) {
      auto expected = empty;
      if (seat.compare_exchange_strong(expected, waiting,
                                       std::memory_order_acq_rel))
        return wait_at(seat);
    }
    return nullptr;
  }

private:
  static constexpr std::uintptr_t empty = 0;
  static constexpr std::uintptr_t waiting = 1; // others: a job
  static constexpr int looks = 64;

  using place = std::atomic<std::uintptr_t>;

  static actor_runner* wait_at(place& seat) noexcept {
    for (int i = 0; i < looks; ++i) {
      if (seat.load(std::memory_order_relaxed) != waiting)
        break;
      pause();
    }
    const auto found = seat.exchange(empty, std::memory_order_acq_rel);
    return found == waiting ? nullptr : reinterpret_cast<actor_runner*>(found);
  }
  static void pause() noexcept {
    for (int i = 0; i < 8; ++i)
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#else
      __asm__ __volatile__("" ::: "memory");
#endif
  }

  std::array<place, 2> seats_{}; // as many as a node has workers
};

} // namespace tern
