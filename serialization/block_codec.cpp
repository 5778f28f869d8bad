#include "serialization/block_codec.hpp"

#include "serialization/capnp_message.hpp"
#include "serialization/checksum.hpp"
#include "serialization/little_endian.hpp"
#include "serialization/schema/block.capnp.h"

#include <array>
#include <new>
#include <optional>
#include <string>
#include <utility>

// The checksum of the payload starts from a seed made of all other fields, so
// a damaged extent or dtype is found as surely as a damaged element, and a
// header cannot be joined with another block's payload.

namespace tern {

namespace {

/// What a header can take: table, root, struct and extents, with room.
constexpr std::size_t max_header_words = 128;

tl::unexpected<failure> malformed(std::string what) {
  return fail(failure_kind::malformed, "block: " + std::move(what));
}

std::uint64_t seed_of(const block_header& h) {
  boost::container::small_vector<std::uint64_t, 4 + max_block_axes> fields{
      little_endian(std::uint64_t{h.dtype} | std::uint64_t{h.item_size} << 8
                    | std::uint64_t{static_cast<std::uint8_t>(h.how)} << 16),
      little_endian(h.raw_size), little_endian(h.stored_size),
      little_endian(std::uint64_t{h.shape.size()})};
  for (auto extent : h.shape)
    fields.push_back(little_endian(static_cast<std::uint64_t>(extent)));
  return checksum(std::as_bytes(std::span(fields.data(), fields.size())));
}

std::uint64_t checksum_of(const block_header& h,
                          std::span<const std::byte> payload) {
  return checksum(payload, seed_of(h));
}

std::vector<std::byte> encode_header(const block_header& h) {
  std::array<capnp::word, max_header_words> scratch{};
  capnp::MallocMessageBuilder message(
      kj::arrayPtr(scratch.data(), scratch.size()));
  auto root = message.initRoot<schema::BlockHeader>();
  root.setDtype(h.dtype);
  root.setItemSize(h.item_size);
  root.setEncoding(static_cast<schema::Encoding>(h.how));
  root.setRawSize(h.raw_size);
  root.setStoredSize(h.stored_size);
  root.setChecksum(h.checksum);
  auto shape = root.initShape(static_cast<unsigned>(h.shape.size()));
  for (std::size_t i = 0; i < h.shape.size(); ++i)
    shape.set(static_cast<unsigned>(i), h.shape[i]);
  return encode_capnp(message);
}

std::optional<encoding> encoding_of(schema::Encoding e) noexcept {
  switch (e) {
  case schema::Encoding::RAW:
    return encoding::raw;
  case schema::Encoding::LZ4:
    return encoding::lz4;
  case schema::Encoding::SHUFFLE_LZ4:
    return encoding::shuffle_lz4;
  }
  return std::nullopt;
}

/// Bytes of the elements, if they can be counted.
std::optional<std::uint64_t> size_of_elements(const block_header& h) noexcept {
  std::uint64_t size = h.item_size;
  bool empty = false;
  for (auto extent : h.shape) {
    if (extent < 0)
      return std::nullopt;
    if (extent == 0)
      empty = true;
    else if (__builtin_mul_overflow(size, static_cast<std::uint64_t>(extent),
                                    &size))
      return std::nullopt;
  }
  return empty ? 0 : size;
}

result<block_header> checked(block_header h, std::uint64_t limit) {
  if (h.item_size == 0)
    return malformed("elements of no bytes");
  const auto size = size_of_elements(h);
  if (!size || *size != h.raw_size)
    return malformed("extents and size do not agree");
  if (h.raw_size > limit || h.stored_size > limit)
    return malformed("larger than the limit of " + std::to_string(limit)
                     + " bytes");
  const bool possible =
      h.how == encoding::raw
          ? h.stored_size == h.raw_size
          : h.stored_size < h.raw_size
                && h.raw_size <= most_decompressed(h.stored_size, h.how);
  if (!possible)
    return malformed("a stored size that cannot be");
  return h;
}

result<block_header> read_header(schema::BlockHeader::Reader root,
                                 std::uint64_t limit) {
  block_header h;
  const auto how = encoding_of(root.getEncoding());
  if (!how)
    return malformed("unknown encoding");
  const auto shape = root.getShape();
  if (shape.size() > max_block_axes)
    return malformed("more than 32 axes");
  for (auto extent : shape)
    h.shape.push_back(extent);
  h.dtype = root.getDtype();
  h.item_size = root.getItemSize();
  h.how = *how;
  h.raw_size = root.getRawSize();
  h.stored_size = root.getStoredSize();
  h.checksum = root.getChecksum();
  return checked(std::move(h), limit);
}

} // namespace

encoded_block encode_block(const plain_block& b, encoding how) {
  encoded_block made;
  block_header h;
  h.dtype = b.dtype;
  h.item_size = b.item_size;
  h.shape = b.shape;
  h.raw_size = b.bytes.size();
  if (how != encoding::raw)
    made.payload = compress(b.bytes.bytes(), how, b.item_size);
  h.how = made.payload ? how : encoding::raw;
  if (!made.payload)
    made.payload = b.bytes;
  h.stored_size = made.payload.size();
  h.checksum = checksum_of(h, made.payload.bytes());
  made.header = encode_header(h);
  return made;
}

result<block_header> decode_block_header(std::span<const std::byte> bytes,
                                         std::uint64_t limit) {
  bytes = bytes.first(
      std::min(bytes.size(), max_header_words * sizeof(capnp::word)));
  return decode_capnp<schema::BlockHeader>(
      bytes, "block header",
      [limit](schema::BlockHeader::Reader root) -> result<block_header> {
        return read_header(root, limit);
      });
}

result<plain_block> decode_block(const block_header& header, buffer payload) {
  if (payload.size() != header.stored_size)
    return malformed("payload of " + std::to_string(payload.size())
                     + " bytes instead of "
                     + std::to_string(header.stored_size));
  if (checksum_of(header, payload.bytes()) != header.checksum)
    return malformed("the checksum is wrong");
  plain_block b{header.dtype, header.item_size, header.shape, {}};
  if (header.how == encoding::raw) {
    b.bytes = std::move(payload);
    return b;
  }
  b.bytes = buffer::allocate(header.raw_size);
  return decompress(payload.bytes(), header.how, header.item_size,
                    b.bytes.mutable_bytes())
      .map([&b] { return std::move(b); });
}

} // namespace tern
