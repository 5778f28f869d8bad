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
// All payloads but those of chunks are covered by a checksum: bulk bytes are
// blocks and the like, which carry their own.

enum class frame_type : std::uint16_t {
  batch = 1,
  bulk_begin,
  bulk_chunk,
  ping,
  pong,
  goodbye,
};

constexpr std::size_t header_size = frame_header_size;
constexpr std::size_t max_chunk = std::size_t{1} << 20;
/// Of a batch, and of the small part of a bulk message.
constexpr std::size_t max_body = std::size_t{64} << 20;

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

/// Appends a message to a batch.
void add_message(std::vector<std::byte>& to, message_kind kind,
                 const envelope& head, std::span<const std::byte> payload);

/// The envelope within a message's header.
envelope envelope_of(const message_header& head);

} // namespace tern::wire
