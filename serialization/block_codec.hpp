#pragma once

#include "serialization/buffer.hpp"
#include "serialization/compression.hpp"
#include "serialization/failure.hpp"

#include <boost/container/small_vector.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

// A block as bytes: a header (schema/block.capnp) and the payload, apart from
// each other, so that a payload that is not compressed is sent from where it
// lies and received to where it stays.
//
// This codec knows bytes and extents, not elements: dtypes are numbers here,
// and dataflow/block makes sense of them.

namespace tern {

/// As many axes as a block may have.
inline constexpr std::size_t max_block_axes = 32;

/// A block without its meaning.
struct plain_block {
  std::uint8_t dtype = 0;     ///< a number of dataflow/block/dtype.hpp
  std::uint8_t item_size = 1; ///< bytes an element, at least 1
  boost::container::small_vector<std::int64_t, 4> shape;
  buffer bytes; ///< the product of the extents and `item_size`
};

/// What the header says.
struct block_header {
  std::uint8_t dtype = 0;
  std::uint8_t item_size = 1;
  encoding how = encoding::raw;
  boost::container::small_vector<std::int64_t, 4> shape;
  std::uint64_t raw_size = 0;    ///< bytes of the elements
  std::uint64_t stored_size = 0; ///< bytes of the payload
  std::uint64_t checksum = 0;    ///< of the payload, seeded with the rest

  friend bool operator==(const block_header&, const block_header&) = default;
};

/// What travels, or lies on disk.
struct encoded_block {
  std::vector<std::byte> header; ///< whole words of 8 bytes
  buffer payload;                ///< the block's own bytes where raw
};

/// Under `how`, or `raw` where that does not make it smaller. The sizes of
/// `b` go together.
encoded_block encode_block(const plain_block& b, encoding how = encoding::raw);

/// Reads a header at the start of `bytes`. Fails with `malformed` unless it is
/// consistent: extents, item size and raw size agree, the stored size is
/// possible, and no size is above `limit` bytes.
result<block_header> decode_block_header(
    std::span<const std::byte> bytes,
    std::uint64_t limit = std::numeric_limits<std::int64_t>::max());

/// The block of a header and the payload that came with it: the same buffer
/// where raw. Fails with `malformed` if size or checksum are not as stated,
/// or the payload does not decompress.
result<plain_block> decode_block(const block_header& header, buffer payload);

} // namespace tern
