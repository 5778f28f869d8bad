#include "serialization/shuffle.hpp"

#include "serialization/little_endian.hpp"

#include <array>
#include <cstdint>
#include <cstring>

// Tiles of 8 x 8 bytes, held in eight 64-bit words and transposed by exchanging
// blocks of 4, 2 and 1 bytes (H. S. Warren, "Hacker's Delight", 2nd edition,
// section 7-3, for bits). For elements of 4 bytes a tile is 16 of them: the
// words hold element i in their low and element i + 8 in their high half.

namespace tern {

namespace {

using tile = std::array<std::uint64_t, 8>;

/// Exchanges, `shift` bits apart, what `mask` selects.
void exchange(std::uint64_t& low, std::uint64_t& high, int shift,
              std::uint64_t mask) noexcept {
  const auto difference = ((low >> shift) ^ high) & mask;
  high ^= difference;
  low ^= difference << shift;
}

/// Byte j of word i becomes byte i of word j.
void transpose(tile& t) noexcept {
  for (std::size_t i = 0; i < 4; ++i)
    exchange(t[i], t[i + 4], 32, 0x00000000ffffffff);
  for (std::size_t i : {0, 1, 4, 5})
    exchange(t[i], t[i + 2], 16, 0x0000ffff0000ffff);
  for (std::size_t i : {0, 2, 4, 6})
    exchange(t[i], t[i + 1], 8, 0x00ff00ff00ff00ff);
}

template <class T>
T load(const std::byte* from) noexcept {
  return load_little_endian<T>(from);
}

/// How elements of a size lie in tiles, and the tiles' rows in planes.
template <std::size_t ItemSize>
struct layout;

template <>
struct layout<8> {
  static constexpr std::size_t items = 8;

  static void load_items(tile& t, const std::byte* from) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      t[i] = load<std::uint64_t>(from + 8 * i);
  }
  static void store_items(const tile& t, std::byte* to) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      store_little_endian(to + 8 * i, t[i]);
  }
  /// Where row `r` lies from the tile's first item in plane 0.
  static std::size_t row(std::size_t r, std::size_t plane) noexcept {
    return r * plane;
  }
};

template <>
struct layout<4> {
  static constexpr std::size_t items = 16;

  static void load_items(tile& t, const std::byte* from) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      t[i] = load<std::uint32_t>(from + 4 * i)
             | std::uint64_t{load<std::uint32_t>(from + 4 * (i + 8))} << 32;
  }
  static void store_items(const tile& t, std::byte* to) noexcept {
    for (std::size_t i = 0; i < 8; ++i) {
      store_little_endian(to + 4 * i, static_cast<std::uint32_t>(t[i]));
      store_little_endian(to + 4 * (i + 8),
                          static_cast<std::uint32_t>(t[i] >> 32));
    }
  }
  static std::size_t row(std::size_t r, std::size_t plane) noexcept {
    return r % 4 * plane + r / 4 * 8;
  }
};

template <std::size_t ItemSize>
void shuffle_items(const std::byte* from, std::byte* to,
                   std::size_t count) noexcept {
  using lay = layout<ItemSize>;
  std::size_t i = 0;
  for (; i + lay::items <= count; i += lay::items) {
    tile t;
    lay::load_items(t, from + i * ItemSize);
    transpose(t);
    for (std::size_t r = 0; r < 8; ++r)
      store_little_endian(to + i + lay::row(r, count), t[r]);
  }
  for (; i < count; ++i)
    for (std::size_t b = 0; b < ItemSize; ++b)
      to[b * count + i] = from[i * ItemSize + b];
}

template <std::size_t ItemSize>
void unshuffle_items(const std::byte* from, std::byte* to,
                     std::size_t count) noexcept {
  using lay = layout<ItemSize>;
  std::size_t i = 0;
  for (; i + lay::items <= count; i += lay::items) {
    tile t;
    for (std::size_t r = 0; r < 8; ++r)
      t[r] = load<std::uint64_t>(from + i + lay::row(r, count));
    transpose(t);
    lay::store_items(t, to + i * ItemSize);
  }
  for (; i < count; ++i)
    for (std::size_t b = 0; b < ItemSize; ++b)
      to[i * ItemSize + b] = from[b * count + i];
}

void copy_rest(std::span<const std::byte> from, std::span<std::byte> to,
               std::size_t whole) noexcept {
  if (whole < from.size())
    std::memcpy(to.data() + whole, from.data() + whole, from.size() - whole);
}

} // namespace

void shuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to,
                   std::size_t item_size) noexcept {
  const auto count = from.size() / item_size;
  if (item_size == 8)
    shuffle_items<8>(from.data(), to.data(), count);
  else
    shuffle_items<4>(from.data(), to.data(), count);
  copy_rest(from, to, count * item_size);
}

void unshuffle_bytes(std::span<const std::byte> from, std::span<std::byte> to,
                     std::size_t item_size) noexcept {
  const auto count = from.size() / item_size;
  if (item_size == 8)
    unshuffle_items<8>(from.data(), to.data(), count);
  else
    unshuffle_items<4>(from.data(), to.data(), count);
  copy_rest(from, to, count * item_size);
}

} // namespace tern
