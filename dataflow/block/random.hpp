#pragma once

#include <cstddef>
#include <cstdint>

namespace tern {

/// Uniform numbers of [0, 1) from Philox4x32-10 (Salmon, Moraes, Dror and
/// Shaw, Parallel random numbers: as easy as 1, 2, 3, SC 2011). The key is the
/// seed, low word first; the counter's low two words are `counter`, the others
/// `stream`: numbers of different streams have nothing to do with each other. A
/// counter gives four words w0 to w3.
///
/// These may write up to `philox_slack` elements more than asked for.
inline constexpr std::size_t philox_slack = 64;

/// Two doubles a counter, for `counters` of them: (w1 * 2^32 + w0) >> 11, then
/// (w3 * 2^32 + w2) >> 11, times 2^-53.
void philox_doubles(std::uint64_t seed, std::uint64_t counter,
                    std::size_t counters, double* out,
                    std::uint64_t stream = 0) noexcept;

/// Four floats a counter: w0 to w3, each >> 8, times 2^-24.
void philox_floats(std::uint64_t seed, std::uint64_t counter,
                   std::size_t counters, float* out,
                   std::uint64_t stream = 0) noexcept;

} // namespace tern
