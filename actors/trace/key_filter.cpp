#include "actors/trace/key_filter.hpp"

#include "actors/mix.hpp"
#include "serialization/little_endian.hpp"

#include <array>

namespace tern {

namespace {

constexpr std::size_t words_a_block = 8;
constexpr std::size_t block = words_a_block * sizeof(std::uint32_t);
constexpr std::size_t bits_a_key = 12;

// The odd numbers that Parquet's specification gives.
constexpr std::array<std::uint32_t, words_a_block> salts{
    0x47b6137bu, 0x44974d91u, 0x8824ad5bu, 0xa2b7289du,
    0x705495c7u, 0x2df1424bu, 0x9efc4947u, 0x5c6bfb31u};

/// Where the block of a key begins, of so many.
std::size_t block_of(std::uint64_t hash, std::size_t blocks) noexcept {
  return static_cast<std::size_t>((hash >> 32) * blocks >> 32) * block;
}

/// The bit of a key in a word of its block.
std::uint32_t bit_of(std::uint64_t hash, std::size_t word) noexcept {
  return 1u << (static_cast<std::uint32_t>(hash) * salts[word] >> 27);
}

} // namespace

key_filter::key_filter(std::span<const std::uint64_t> keys) {
  const auto blocks = (keys.size() * bits_a_key + 8 * block - 1) / (8 * block);
  bits_.resize(blocks * block);
  for (const auto key : keys) {
    const auto hash = mix(key);
    auto* at = bits_.data() + block_of(hash, blocks);
    for (std::size_t w = 0; w < words_a_block; ++w, at += sizeof(std::uint32_t))
      store_little_endian(at, load_little_endian<std::uint32_t>(at)
                                  | bit_of(hash, w));
  }
}

bool key_filter::may_hold(std::uint64_t key) const noexcept {
  const auto blocks = bits_.size() / block;
  if (blocks == 0)
    return false;
  const auto hash = mix(key);
  const auto* at = bits_.data() + block_of(hash, blocks);
  for (std::size_t w = 0; w < words_a_block; ++w, at += sizeof(std::uint32_t))
    if ((load_little_endian<std::uint32_t>(at) & bit_of(hash, w)) == 0)
      return false;
  return true;
}

} // namespace tern
