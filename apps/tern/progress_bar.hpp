#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tern {

/// A line on standard error that fills up while something long goes on: only
/// on a terminal, at most ten times a second, from half a second on.
class progress_bar {
public:
  /// `what` is being counted, for example "tasks".
  explicit progress_bar(std::string what);
  ~progress_bar();
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  void show(std::uint64_t done, std::uint64_t total);
  /// Takes the line away.
  void finish();

private:
  using clock = std::chrono::steady_clock;

  std::string what_;
  bool on_;
  bool shown_ = false;
  clock::time_point begin_ = clock::now();
  clock::time_point last_{};
};

/// The text of the line, `width` columns at most.
std::string bar_text(const std::string& what, std::uint64_t done,
                     std::uint64_t total, double seconds, unsigned width);

} // namespace tern
