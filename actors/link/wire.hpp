#pragma once

#include "actors/envelope.hpp"
#include "serialization/failure.hpp"
#include "serialization/frame.hpp"
#include "serialization/message.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tern::wire {

// What goes over a link after the handshake: frames (serialization/frame.hpp)
// of these types. Every payload but that of a chunk is a multiple of 8 bytes
// long, so that messages lie aligned in the receive buffer.
//
//   batch        messages (serialization/message.hpp)
//   bulk_begin   total size 64 | one message
//   bulk_chunk   bytes of the bulk that began last
//   ping, pong   a time 64: a pong returns that of its ping
//   goodbye      nothing
//
// Between two processes of one host, which can read each other's memory
// (peer_memory.hpp):
//
//   challenge    a nonce, 16 bytes: lay it where I may read it
//   mark         process 64 | address 64: there it lies
//   readable     nothing: I found it, so lend me what is large
//   bulk_lent    total size 64 | address 64 | one message
//   bulk_taken   nothing: the bulk that was lent first has been read
//
// All payloads but those of chunks are covered by a checksum: bulk bytes are
// blocks and the like, which carry their own.

enum class frame_type : std::uint16_t {
  batch = 1,
  bulk_begin,
  bulk_chunk,
  ping,
  pong,
  goodbye,
  challenge,
  mark,
  readable,
  bulk_lent,
  bulk_taken,
};

constexpr std::size_t header_size = frame_header_size;
constexpr std::size_t max_chunk = std::size_t{1} << 20;
/// Of a batch, and of the small part of a bulk message.
constexpr std::size_t max_body = std::size_t{64} << 20;
/// From so many bytes on a bulk is lent rather than sent.
constexpr std::size_t least_lent = std::size_t{64} << 10;
/// So many bulks may be lent and not yet taken, and after so many bytes no
/// more: a slow reader slows its writer.
constexpr std::size_t most_lent = 64;
constexpr std::uint64_t most_lent_bytes = std::uint64_t{256} << 20;
/// Of the small part of a bulk that is lent, for many may wait.
constexpr std::size_t max_lent_payload = std::size_t{1} << 20;

/// Writes the header of `body` to `to`, `header_size` bytes.
void write_header(std::byte* to, frame_type type,
                  std::span<const std::byte> body);
/// That of a bulk chunk.
void write_chunk_header(std::byte* to, std::span<const std::byte> chunk);

/// `from` holds `header_size` bytes. Fails with `malformed` unless it is a
/// header such as is written here, of a length that its type may have.
result<frame_header> read_header(const std::byte* from);

/// The first 8 bytes of the body of `bulk_begin`.
void write_bulk_total(std::byte* to, std::uint64_t total);
/// Takes them off the front. Fails with `malformed`.
result<std::uint64_t> take_bulk_total(std::span<const std::byte>& body);

/// Fails with `malformed` if a bulk of `total` bytes is above the limit.
result<void> check_bulk_total(std::uint64_t total, std::uint64_t limit);

/// Where the bytes of a lent bulk are.
struct lent_place {
  std::uint64_t total = 0; ///< bytes
  std::uint64_t address = 0;
};
constexpr std::size_t lent_place_size = 16;
/// The begin of the body of `bulk_lent`; `to` has room for `lent_place_size`.
void write_lent_place(std::byte* to, const lent_place& place);
/// Takes it off the front. Fails with `malformed`.
result<lent_place> take_lent_place(std::span<const std::byte>& body);

/// What follows in the body of `bulk_begin` and `bulk_lent`: one message and
/// nothing else. Fails with `malformed`.
result<message_view> only_message(std::span<const std::byte> body);

/// Appends a message to a batch.
void add_message(std::vector<std::byte>& to, message_kind kind,
                 const envelope& head, std::span<const std::byte> payload);

/// The envelope within a message's header.
envelope envelope_of(const message_header& head);

} // namespace tern::wire
