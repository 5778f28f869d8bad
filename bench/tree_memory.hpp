#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

namespace tern::bench {

/// Bytes of memory that a process and all its descendants have now: the sum of
/// their proportional set sizes, so that pages which several of them share
/// count once. Files that were written and not mapped are not in it.
std::uint64_t tree_memory(int root);

/// Looks at the memory of a tree of processes now and then, and keeps the
/// largest figure.
class memory_watch {
public:
  explicit memory_watch(int root);
  ~memory_watch();
  memory_watch(const memory_watch&) = delete;
  memory_watch& operator=(const memory_watch&) = delete;

  double peak_gigabytes() const noexcept {
    return static_cast<double>(peak_.load()) / 1e9;
  }

private:
  std::atomic<std::uint64_t> peak_{0};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

/// Writes to so many bytes of memory and gives them back: a host that has
/// taken free pages of this machine away brings them back before a clock runs.
void touch_memory(std::uint64_t bytes);

} // namespace tern::bench
