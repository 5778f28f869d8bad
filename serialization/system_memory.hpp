#pragma once

#include <cstddef>

namespace tern {

/// The unit in which memory is taken from the system: a huge page.
inline constexpr std::size_t huge_page = std::size_t{2} << 20;

/// True where AddressSanitizer watches the heap. The pools then pass every
/// request on to it, so that it sees each use after free.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool pools_bypassed = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool pools_bypassed = true;
#else
inline constexpr bool pools_bypassed = false;
#endif
#else
inline constexpr bool pools_bypassed = false;
#endif

constexpr std::size_t round_up(std::size_t size, std::size_t unit) noexcept {
  return (size + unit - 1) / unit * unit;
}

/// `size` bytes (a multiple of `huge_page`) of zeroes, aligned to `huge_page`
/// and advised to lie on huge pages; nothing is touched. Throws
/// `std::bad_alloc`.
std::byte* map_memory(std::size_t size);

/// Gives back whole huge pages that `map_memory` gave, or any run of them.
void unmap_memory(std::byte* begin, std::size_t size) noexcept;

} // namespace tern
