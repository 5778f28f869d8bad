#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tern {

/// XXH3, 64 bits, of `bytes`: against damage, not against an enemy. The same
/// on every machine. `seed` sets apart what must not be taken for another.
std::uint64_t checksum(std::span<const std::byte> bytes,
                       std::uint64_t seed = 0) noexcept;

} // namespace tern
