#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tern {

/// Appends `bytes` as one LZ4 frame with its size and a checksum.
void append_lz4_frame(std::vector<std::byte>& out,
                      std::span<const std::byte> bytes);

struct lz4_frame {
  std::vector<std::byte> bytes;
  std::size_t stored = 0; ///< how many bytes the frame itself has
};

/// The frame at the start of `from`; nothing if it is cut off. Fails with
/// `malformed` on what is no frame, is damaged, does not tell its size, or is
/// larger than `limit`.
result<std::optional<lz4_frame>> read_lz4_frame(std::span<const std::byte> from,
                                                std::size_t limit);

/// How many bytes the frame at the start of `from` has, by its blocks' lengths
/// and without a look into them; nothing if it is cut off. Fails with
/// `malformed` on what cannot be one of at most `limit` bytes.
result<std::optional<std::size_t>>
lz4_frame_size(std::span<const std::byte> from, std::size_t limit);

} // namespace tern
