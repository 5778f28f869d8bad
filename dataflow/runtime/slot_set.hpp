#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>

namespace tern {

/// A set of small numbers below a bound fixed at construction: one word up to
/// 64, an array beyond. Eight bytes in a task, since nearly all have few slots.
class slot_set {
public:
  slot_set() noexcept = default;
  explicit slot_set(std::uint32_t bound) {
    if (bound > 64)
      bits_ = reinterpret_cast<std::uintptr_t>(
          new std::uint64_t[words_of(bound)]());
  }
  slot_set(const slot_set&) = delete;
  slot_set& operator=(const slot_set&) = delete;

  /// Gives back the array; the owner knows the bound.
  void clear(std::uint32_t bound) noexcept {
    if (bound > 64)
      delete[] array();
    bits_ = 0;
  }

  bool contains(std::uint32_t bound, std::uint32_t i) const noexcept {
    if (bound > 64)
      return bits_ != 0 && ((array()[i / 64] >> (i % 64)) & 1) != 0;
    return ((bits_ >> i) & 1) != 0;
  }

  /// True if `i` was not in it.
  bool insert(std::uint32_t bound, std::uint32_t i) {
    auto& word = bound > 64 ? ensure(bound)[i / 64] : bits_;
    const auto bit = std::uint64_t{1} << (i % 64);
    if ((word & bit) != 0)
      return false;
    word |= bit;
    return true;
  }

  void fill_from(std::uint32_t bound, std::span<const std::uint64_t> words) {
    for (std::uint32_t i = 0; i < bound; ++i)
      if (i / 64 < words.size() && ((words[i / 64] >> (i % 64)) & 1) != 0)
        insert(bound, i);
  }

  template <class F>
  void each(std::uint32_t bound, F&& f) const {
    for (std::uint32_t i = 0; i < bound; ++i)
      if (contains(bound, i))
        f(i);
  }

private:
  static std::size_t words_of(std::uint32_t bound) noexcept {
    return (std::size_t{bound} + 63) / 64;
  }
  std::uint64_t* array() const noexcept {
    return reinterpret_cast<std::uint64_t*>(bits_);
  }
  std::uint64_t* ensure(std::uint32_t bound) {
    if (bits_ == 0)
      bits_ = reinterpret_cast<std::uintptr_t>(
          new std::uint64_t[words_of(bound)]());
    return array();
  }

  std::uint64_t bits_ = 0; ///< the members, or a pointer to their words
};

} // namespace tern
