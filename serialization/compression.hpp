#pragma once

#include "serialization/buffer.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace tern {

/// How the bytes of a block are stored. The numbers are part of the formats
/// (schema/block.capnp).
enum class encoding : std::uint8_t {
  raw = 0,         ///< as they lie in memory
  lz4 = 1,         ///< one LZ4 block
  shuffle_lz4 = 2, ///< shuffled (shuffle.hpp), then LZ4
};

/// More bytes than this are never compressed in one piece (a limit of LZ4).
inline constexpr std::size_t max_compressed_input = 0x7e000000;

/// The encoding under which a sample of `bytes` (at most 64 KiB, from all
/// over) shrinks by at least a tenth, shuffled only where that helps
/// noticeably; `raw` if none does, or if there is too little to gain.
encoding worth_compressing(std::span<const std::byte> bytes,
                           std::size_t item_size);

/// `bytes` under `how`, which is not `raw`. An empty buffer if they would not
/// become fewer, or cannot be shuffled as asked.
buffer compress(std::span<const std::byte> bytes, encoding how,
                std::size_t item_size);

/// The most bytes that `stored` bytes under `how` can stand for.
std::size_t most_decompressed(std::size_t stored, encoding how) noexcept;

/// Fills `raw` from what `compress` made, for any `stored` whatever. Fails
/// with `malformed` unless `stored` stands for exactly `raw.size()` bytes;
/// what is in `raw` then is unspecified.
result<void> decompress(std::span<const std::byte> stored, encoding how,
                        std::size_t item_size, std::span<std::byte> raw);

} // namespace tern
