#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// A part of what goes on, with a bar of its own.
struct progress_part {
  std::string name;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

/// A line on standard error that fills up while something long goes on: only
/// on a terminal, at most ten times a second, from half a second on. Above it
/// there is one for each part that is under way, if there are few.
class progress_bar {
public:
  /// `what` is being counted, for example "tasks".
  explicit progress_bar(std::string what);
  ~progress_bar();
  progress_bar(const progress_bar&) = delete;
  progress_bar& operator=(const progress_bar&) = delete;

  /// Whether anybody sees it.
  bool is_on() const noexcept {
    return on_;
  }
  /// The parts as they are when the bar is shown next.
  void set_parts(std::vector<progress_part> parts);
  void show(std::uint64_t done, std::uint64_t total);
  /// Takes the lines away.
  void finish();

private:
  using clock = std::chrono::steady_clock;

  std::string what_;
  bool on_;
  std::size_t shown_ = 0; ///< lines
  std::vector<progress_part> parts_;
  clock::time_point begin_ = clock::now();
  clock::time_point last_{};
};

/// The text of the line, `width` columns at most.
std::string bar_text(const std::string& what, std::uint64_t done,
                     std::uint64_t total, double seconds, unsigned width);

/// A line for each part that has begun and not ended, in order, `width` columns
/// at most each. None if these are more than `most`.
std::vector<std::string> part_lines(std::span<const progress_part> parts,
                                    unsigned width, std::size_t most);

} // namespace tern
