#pragma once

#include <linux/futex.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

#include <sys/syscall.h>

namespace tern {

/// A mutex for sections of less than a microsecond that several workers enter
/// all the time: who finds it taken looks again for a moment before he sleeps,
/// since sleeping and being woken takes longer than the section. It is not held
/// across calls that may block.
///
/// Taking it and giving it back is one atomic exchange each ("Mutex 3" of
/// Drepper, "Futexes are tricky", 2011).
class patient_mutex {
public:
  void lock() noexcept {
    if (!try_lock())
      lock_patiently();
  }
  bool try_lock() noexcept {
    auto expected = free;
    return state_.compare_exchange_strong(
        expected, taken, std::memory_order_acquire, std::memory_order_relaxed);
  }
  void unlock() noexcept {
    if (state_.exchange(free, std::memory_order_release) == wanted)
      futex(FUTEX_WAKE_PRIVATE, 1); // by address; the mutex may be gone by now
  }

  /// A third of a microsecond or so, for who looks at something again and
  /// again.
  static void pause() noexcept {
    for (int i = 0; i < 8; ++i)
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#else
      __asm__ __volatile__("" ::: "memory");
#endif
  }

private:
  static constexpr std::uint32_t free = 0;
  static constexpr std::uint32_t taken = 1;
  static constexpr std::uint32_t wanted = 2; // taken, and somebody sleeps
  static constexpr int looks = 64;

  void lock_patiently() noexcept {
    for (int i = 0; i < looks; ++i) {
      if (state_.load(std::memory_order_relaxed) == free && try_lock())
        return;
      pause();
    }
    while (state_.exchange(wanted, std::memory_order_acquire) != free)
      futex(FUTEX_WAIT_PRIVATE, wanted);
  }
  // What std::atomic waits with would yield first, and so lose its turn to
  // whoever else computes on this machine.
  void futex(int operation, std::uint32_t value) noexcept {
    ::syscall(SYS_futex, &state_, operation, value, nullptr, nullptr, 0);
  }
  std::atomic<std::uint32_t> state_{free};
  static_assert(sizeof(state_) == sizeof(std::uint32_t));
};

} // namespace tern
