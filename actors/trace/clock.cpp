#include "actors/trace/clock.hpp"

#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace tern {

namespace {

// CPUID 0x80000007, EDX bit 8: the counter runs at one rate in all states.
bool has_invariant_counter() noexcept {
#if defined(__x86_64__)
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000007u, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
#else
  return false;
#endif
}

} // namespace

std::uint64_t monotonic_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u
         + static_cast<std::uint64_t>(now.tv_nsec);
}

trace_clock::trace_clock() noexcept
  : counter_(has_invariant_counter()), start_(read()) {}

// The tightest of a few tries, so that an interruption between the two clocks
// does not count.
trace_clock::reading trace_clock::read() const noexcept {
  reading best{};
  auto width = ~std::uint64_t{0};
  for (int i = 0; i < 5; ++i) {
    auto before = ticks();
    auto ns = monotonic_ns();
    auto after = ticks();
    if (after - before < width) {
      width = after - before;
      best = {before + width / 2, ns};
    }
  }
  return best;
}

trace_clock::converter trace_clock::calibrate() const noexcept {
  auto now = read();
  converter line;
  line.ticks_ = start_.ticks;
  line.ns_ = start_.ns;
  if (now.ticks > start_.ticks)
    line.ns_per_tick_ = static_cast<double>(now.ns - start_.ns)
                        / static_cast<double>(now.ticks - start_.ticks);
  return line;
}

} // namespace tern
