#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace tern::fuzz {

/// What a fuzz target got, as bytes.
inline std::span<const std::byte> as_bytes(const std::uint8_t* data,
                                           std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

/// Aborts, which is how a fuzz target fails, unless `claim` holds.
inline void check(bool holds, const char* claim) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", claim);
  std::abort();
}

/// Cuts numbers off the front of an input, zeros once it is used up.
class choices {
public:
  explicit choices(std::span<const std::byte> bytes) : rest_(bytes) {}
  std::uint8_t byte() {
    if (rest_.empty())
      return 0;
    const auto first = std::to_integer<std::uint8_t>(rest_.front());
    rest_ = rest_.subspan(1);
    return first;
  }
  std::uint32_t number(int bytes) {
    std::uint32_t n = 0;
    for (int i = 0; i < bytes; ++i)
      n = n << 8 | byte();
    return n;
  }
  std::span<const std::byte> rest() const {
    return rest_;
  }

private:
  std::span<const std::byte> rest_;
};

} // namespace tern::fuzz
