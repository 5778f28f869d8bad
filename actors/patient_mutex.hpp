#pragma once

#include <mutex>

namespace tern {

/// A mutex for sections of less than a microsecond that several workers enter
/// all the time: who finds it taken looks again for a moment before he sleeps,
/// since sleeping and being woken takes longer than the section. It is not held
/// across calls that may block.
class patient_mutex {
public:
  void lock() {
    for (int i = 0; i < looks; ++i) {
      if (mutex_.try_lock())
        return;
      pause();
    }
    mutex_.lock();
  }
  bool try_lock() {
    return mutex_.try_lock();
  }
  void unlock() {
    mutex_.unlock();
  }

private:
  static constexpr int looks = 64;

  static void pause() noexcept {
    for (int i = 0; i < 8; ++i)
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#else
      __asm__ __volatile__("" ::: "memory");
#endif
  }

  std::mutex mutex_;
};

} // namespace tern
