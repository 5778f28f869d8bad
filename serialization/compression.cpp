#include "serialization/compression.hpp"

#include "serialization/shuffle.hpp"

#include <lz4.h>

#include <algorithm>
#include <cstring>
#include <limits>

// LZ4 at its default speed: about 0.7 GB/s in and 3 GB/s out, which pays for
// disks and networks but not always, so that a sample decides. The sample is a
// few pieces from all over the block: what compresses only at its beginning
// (zeros of a halo, a header) does not fool it.

namespace tern {

namespace {

constexpr std::size_t smallest = 1024; ///< not worth it below
constexpr std::size_t piece = std::size_t{4} << 10;
constexpr std::size_t pieces = 16;

static_assert(max_compressed_input == LZ4_MAX_INPUT_SIZE);

const char* chars(std::span<const std::byte> bytes) noexcept {
  return reinterpret_cast<const char*>(bytes.data());
}

char* chars(std::span<std::byte> bytes) noexcept {
  return reinterpret_cast<char*>(bytes.data());
}

/// Bytes written; 0 if `to` is too small.
std::size_t deflate(std::span<const std::byte> from,
                    std::span<std::byte> to) noexcept {
  const auto written = LZ4_compress_default(chars(from), chars(to),
                                            static_cast<int>(from.size()),
                                            static_cast<int>(to.size()));
  return static_cast<std::size_t>(std::max(written, 0));
}

buffer shuffled(std::span<const std::byte> bytes, std::size_t item_size) {
  auto made = buffer::allocate(bytes.size());
  shuffle_bytes(bytes, made.mutable_bytes(), item_size);
  return made;
}

/// Up to `pieces` pieces of whole items, each from the middle of its share.
buffer sample_of(std::span<const std::byte> bytes) {
  if (bytes.size() <= pieces * piece)
    return buffer::copy(bytes);
  auto sample = buffer::allocate(pieces * piece);
  const auto share = bytes.size() / pieces;
  for (std::size_t i = 0; i < pieces; ++i) {
    const auto middle = i * share + (share - piece) / 2;
    std::memcpy(sample.mutable_data() + i * piece,
                bytes.data() + middle / 64 * 64, piece);
  }
  return sample;
}

std::size_t deflated_size(std::span<const std::byte> bytes,
                          std::span<std::byte> scratch) noexcept {
  const auto size = deflate(bytes, scratch);
  return size == 0 ? bytes.size() : size;
}

} // namespace

encoding worth_compressing(std::span<const std::byte> bytes,
                           std::size_t item_size) {
  if (bytes.size() < smallest || bytes.size() > max_compressed_input)
    return encoding::raw;
  const auto sample = sample_of(bytes);
  const auto wanted = sample.size() - sample.size() / 10;
  auto scratch = buffer::allocate(wanted);
  const auto plain = deflated_size(sample.bytes(), scratch.mutable_bytes());
  auto shuffled_size = sample.size();
  if (can_shuffle(item_size))
    shuffled_size = deflated_size(shuffled(sample.bytes(), item_size).bytes(),
                                  scratch.mutable_bytes());
  if (std::min(plain, shuffled_size) > wanted)
    return encoding::raw;
  // A shuffle is one more pass, there and back.
  return shuffled_size < plain - plain / 10 ? encoding::shuffle_lz4
                                            : encoding::lz4;
}

buffer compress(std::span<const std::byte> bytes, encoding how,
                std::size_t item_size) {
  const bool shuffles = how == encoding::shuffle_lz4;
  if (bytes.empty() || bytes.size() > max_compressed_input
      || (shuffles && !can_shuffle(item_size)))
    return {};
  buffer regrouped;
  if (shuffles) {
    regrouped = shuffled(bytes, item_size);
    bytes = regrouped.bytes();
  }
  auto stored = buffer::allocate(bytes.size() - 1);
  const auto written = deflate(bytes, stored.mutable_bytes());
  if (written == 0)
    return {};
  stored.shrink(written);
  return stored;
}

std::size_t most_decompressed(std::size_t stored, encoding how) noexcept {
  if (how == encoding::raw)
    return stored;
  // Each byte of an LZ4 length stands for 255 bytes at most; a token for 34.
  if (stored > max_compressed_input / 255)
    return max_compressed_input;
  return std::min(stored * 255 + 64, max_compressed_input);
}

result<void> decompress(std::span<const std::byte> stored, encoding how,
                        std::size_t item_size, std::span<std::byte> raw) {
  if (stored.empty() || stored.size() > std::numeric_limits<int>::max()
      || raw.size() > most_decompressed(stored.size(), how))
    return fail(failure_kind::malformed,
                "compressed bytes: sizes that do not go together");
  buffer regrouped;
  auto target = raw;
  if (how == encoding::shuffle_lz4) {
    if (!can_shuffle(item_size))
      return fail(failure_kind::malformed,
                  "compressed bytes: an item size that is never shuffled");
    regrouped = buffer::allocate(raw.size());
    target = regrouped.mutable_bytes();
  }
  const auto written = LZ4_decompress_safe(chars(stored), chars(target),
                                           static_cast<int>(stored.size()),
                                           static_cast<int>(target.size()));
  if (written < 0 || static_cast<std::size_t>(written) != target.size())
    return fail(failure_kind::malformed,
                "compressed bytes: not an LZ4 block of the stated size");
  if (how == encoding::shuffle_lz4)
    unshuffle_bytes(target, raw, item_size);
  return {};
}

} // namespace tern
