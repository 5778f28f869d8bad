#include "serialization/block_codec.hpp"
#include "tests/fuzz_check.hpp"

#include <algorithm>

using namespace tern;
using fuzz::check;

namespace {

/// Any bytes as a header: what is accepted is consistent, and stays the same
/// when written and read again.
void any_header(std::span<const std::byte> bytes) {
  constexpr std::uint64_t limit = 1 << 20;
  const auto header = decode_block_header(bytes, limit);
  if (!header)
    return;
  check(header->raw_size <= limit && header->stored_size <= limit,
        "no size is above the limit");
  check(header->shape.size() <= max_block_axes && header->item_size > 0,
        "extents are within limits");
  // A payload of the right size with, surely, the wrong bytes.
  auto payload = buffer::allocate(header->stored_size);
  std::ranges::fill(payload.mutable_bytes(), std::byte{0x5a});
  const auto decoded = decode_block(*header, payload);
  check(!decoded || decoded->bytes.size() == header->raw_size,
        "as many bytes as stated");
}

/// Any bytes as a block's elements: they come back.
void any_block(std::span<const std::byte> bytes) {
  fuzz::choices choose(bytes);
  plain_block b;
  b.dtype = choose.byte();
  const auto how = static_cast<encoding>(choose.byte() % 3);
  b.item_size = static_cast<std::uint8_t>(1 << choose.byte() % 4);
  const auto items = choose.rest().size() / b.item_size;
  b.shape = {static_cast<std::int64_t>(items)};
  b.bytes = buffer::copy(choose.rest().first(items * b.item_size));
  const auto made = encode_block(b, how);
  const auto header = decode_block_header(made.header);
  check(header.has_value(), "our header is read");
  const auto back = decode_block(*header, made.payload);
  check(back.has_value() && back->dtype == b.dtype && back->shape == b.shape
            && std::ranges::equal(back->bytes.bytes(), b.bytes.bytes()),
        "the block comes back");
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  const auto bytes = fuzz::as_bytes(data, size);
  any_header(bytes);
  any_block(bytes);
  return 0;
}
