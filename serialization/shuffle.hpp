#pragma once

#include <cstddef>
#include <span>

namespace tern {

/// Elements of these sizes can be shuffled.
constexpr bool can_shuffle(std::size_t item_size) noexcept {
  return item_size == 4 || item_size == 8;
}

/// Regroups the bytes of elements: first byte 0 of all of them, then byte 1,
/// and so on. Signs, exponents and high digits come to lie together, which is
/// what LZ4 finds in floats. `from` and `to` have equal sizes and do not
/// overlap; `can_shuffle(item_size)`; bytes beyond the last whole element are
/// copied as they are.
void shuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to,
                   std::size_t item_size) noexcept;

/// The way back.
void unshuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to,
                     std::size_t item_size) noexcept;

} // namespace tern
