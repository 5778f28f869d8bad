#pragma once

#include "actors/actor_id.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tern {

/// The pairs that talk most, in a fixed amount of memory: Space-Saving
/// (Metwally, Agrawal and El Abbadi, "Efficient computation of frequent and
/// top-k elements in data streams", ICDT 2005). A pair that is not among the k
/// takes the place of the least, with its count as a possible error; so whoever
/// has more than 1/k of all messages is in it, and `count - error` is never too
/// high.
///
/// Not safe for threads.
class top_talks {
public:
  static constexpr std::size_t capacity = 64;
  struct entry {
    actor_id actor;
    actor_id with;
    std::uint64_t count = 0;
    std::uint64_t error = 0;
  };

  void count(const actor_id& actor, const actor_id& with,
             std::uint64_t messages = 1);
  std::size_t size() const noexcept {
    return size_;
  }
  /// In no order; begins anew.
  std::vector<entry> take();

private:
  std::size_t find(std::uint32_t mark) const;

  // Marks of the pairs, to be looked through in a few instructions.
  std::array<std::uint32_t, capacity> marks_{};
  std::array<entry, capacity> entries_{};
  std::size_t size_ = 0;
};

} // namespace tern
