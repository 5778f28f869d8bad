#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace tern::bench {

/// Where the actors of a Savina case, of either side, say that they are done,
/// and where the program waits for them. Any thread may call anything.
///
/// There is one in a process, and it is no part of any actor's state: these
/// actors stay where they are.
class finish_line {
public:
  static finish_line& here();

  /// So many actors will report; before the first of them can.
  void expect(std::uint64_t reports) noexcept {
    expected_ = reports;
  }
  void report(std::uint64_t steps);
  /// Something that must not happen did.
  void wrong(const std::string& what);
  void check(bool right, const char* what) {
    if (!right) [[unlikely]]
      wrong(what);
  }

  /// The steps of all reports. Throws if something was wrong, or nothing came
  /// for long.
  std::uint64_t wait();

private:
  std::uint64_t expected_ = 0;
  std::atomic<std::uint64_t> reports_{0};
  std::atomic<std::uint64_t> steps_{0};
  std::mutex mutex_; ///< guards the next three
  std::condition_variable changed_;
  bool done_ = false;
  std::string wrong_;
};

} // namespace tern::bench
