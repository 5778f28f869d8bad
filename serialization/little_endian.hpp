#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstring>

namespace tern {

/// The order of bytes on the wire, whatever the machine's.
template <std::unsigned_integral T>
constexpr T little_endian(T value) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    return value;
  } else {
    T reversed = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      reversed = static_cast<T>(reversed << 8 | (value >> (8 * i) & 0xff));
    return reversed;
  }
}

/// `sizeof(T)` bytes at `from`, at any alignment.
template <std::unsigned_integral T>
T load_little_endian(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return little_endian(value);
}

template <std::unsigned_integral T>
void store_little_endian(std::byte* to, T value) noexcept {
  value = little_endian(value);
  std::memcpy(to, &value, sizeof(T));
}

} // namespace tern
