#include "serialization/checksum.hpp"

#include <xxhash.h>
#if defined(__x86_64__)
#include <xxh_x86dispatch.h> // AVX2 and AVX-512 where the machine has them
#endif

namespace tern {

namespace {

constexpr std::size_t longest_short_input = 240; // XXH3's own border

/// The library chooses its instructions at the first long input, without a
/// lock; so one thread does that before the others.
bool choose_instructions() noexcept {
  const char zeros[longest_short_input + 1] = {};
  return XXH3_64bits_withSeed(zeros, sizeof(zeros), 1) != 0;
}

} // namespace

std::uint64_t checksum(std::span<const std::byte> bytes,
                       std::uint64_t seed) noexcept {
  if (bytes.size() > longest_short_input) {
    static const bool chosen = choose_instructions();
    static_cast<void>(chosen);
  }
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

} // namespace tern
