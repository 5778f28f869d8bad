#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace tern::bench {

/// Who eats at a round table, as somebody sees it who looks on. The
/// philosophers of both sides tell; it is no part of what keeps them apart. One
/// in a process. Any thread may call `begin` and `end`.
class round_table {
public:
  /// Before anybody eats.
  static void lay(std::size_t seats) {
    laid_ = std::make_unique<round_table>(seats);
  }
  static round_table& here() noexcept {
    return *laid_;
  }
  explicit round_table(std::size_t seats) : eats_(seats) {}

  /// False: a neighbour eats.
  bool begin(std::size_t seat) {
    const auto n = eats_.size();
    const bool alone = !eats_[seat].exchange(true);
    return alone && !eats_[(seat + 1) % n] && !eats_[(seat + n - 1) % n];
  }
  void end(std::size_t seat) {
    eats_[seat] = false;
  }

private:
  static inline std::unique_ptr<round_table> laid_;
  std::vector<std::atomic<bool>> eats_;
};

/// The forks of an arbitrator: one to each side of a philosopher.
class fork_rack {
public:
  explicit fork_rack(std::size_t seats = 0) : used_(seats) {}

  /// Both or none.
  bool take(std::size_t seat) {
    if (used_[seat] || used_[right_of(seat)])
      return false;
    used_[seat] = used_[right_of(seat)] = 1;
    return true;
  }
  /// False: it had none.
  bool put_back(std::size_t seat) {
    const bool had = used_[seat] && used_[right_of(seat)];
    used_[seat] = used_[right_of(seat)] = 0;
    return had;
  }
  template <class Archive>
  void fields(Archive& a) {
    a(used_);
  }

private:
  std::size_t right_of(std::size_t seat) const noexcept {
    return (seat + 1) % used_.size();
  }

  std::vector<std::uint8_t> used_;
};

} // namespace tern::bench
