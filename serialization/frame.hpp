#pragma once

#include "serialization/failure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Frames: how a stream of bytes between two nodes is cut into pieces.
//
// A frame is a header of 24 bytes, all numbers little-endian, and a payload:
//
//   0  4  magic "tern"
//   4  1  version of this layout, 1
//   5  1  flags
//   6  2  type, for the link to give a meaning to
//   8  4  length of the payload
//  12  4  checksum of bytes 0 to 11 (low half of XXH3)
//  16  8  checksum of the payload (XXH3, seeded with bytes 12 to 15), or 0
//
// The header's checksum tells garbage at once, before its length is believed.
// What types there are, and what is in them, is the business of actors/link.

namespace tern {

inline constexpr std::size_t frame_header_size = 24;

/// Payload bytes of the longest frame: 1 MiB and room for a codec's header.
inline constexpr std::size_t max_frame_payload =
    (std::size_t{1} << 20) + (std::size_t{64} << 10);

/// Bits of `frame_header::flags`; the others are for the link.
enum frame_flags : std::uint8_t {
  frame_checked = 1, ///< the payload has a checksum
};

struct frame_header {
  std::uint16_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t length = 0;           ///< of the payload, bytes
  std::uint32_t seed = 0;             ///< set by encode and decode
  std::uint64_t payload_checksum = 0; ///< set by encode and decode

  friend bool operator==(const frame_header&, const frame_header&) = default;
};

using frame_header_bytes = std::array<std::byte, frame_header_size>;

/// The header of a frame with this payload. `payload.size()` is at most
/// `max_frame_payload`. Computes the checksum if `flags` has `frame_checked`.
frame_header_bytes encode_frame_header(std::uint16_t type,
                                       std::span<const std::byte> payload,
                                       std::uint8_t flags = 0) noexcept;

/// Fails with `malformed` if it is no header, or one of another version, or
/// announces more than `max_payload` bytes.
result<frame_header>
decode_frame_header(std::span<const std::byte, frame_header_size> bytes,
                    std::size_t max_payload = max_frame_payload);

/// Fails with `malformed` if `payload` is not the one that `header` was made
/// for. For those who receive a payload to a place of their own.
result<void> check_frame_payload(const frame_header& header,
                                 std::span<const std::byte> payload);

/// A whole frame; `payload` lies in the reader or in the bytes it was fed.
struct frame {
  std::uint16_t type = 0;
  std::uint8_t flags = 0;
  std::span<const std::byte> payload;
};

/// Cuts a stream that arrives in pieces of any size into frames.
///
///   reader.feed(piece);
///   for (;;) {
///     auto next = reader.next();
///     if (!next)         // damaged: close the connection
///     else if (!*next)   // all of `piece` is used: feed the next one
///     else               // **next is a frame, until the next call
///   }
///
/// A frame that lies whole in a piece is not copied. What is held between
/// pieces is at most one frame. After a failure the reader fails forever: a
/// stream has no place to begin again.
class frame_reader {
public:
  explicit frame_reader(std::size_t max_payload = max_frame_payload) noexcept
    : max_payload_(max_payload) {}

  /// The next bytes of the stream. They must stay until `next` has said that
  /// they are used; only then may it be called again.
  void feed(std::span<const std::byte> bytes) noexcept {
    input_ = bytes;
  }

  result<std::optional<frame>> next();

  /// True between frames: the stream may end here.
  bool at_boundary() const noexcept {
    return input_.empty() && held_.empty();
  }

private:
  result<std::optional<frame>> finish(std::span<const std::byte> payload);
  bool gather(std::size_t wanted);

  std::size_t max_payload_;
  std::span<const std::byte> input_;
  std::vector<std::byte> held_; ///< the start of a frame that is not whole
  std::optional<frame_header> header_; ///< of the frame in `held_`
  std::optional<failure> failure_;
};

} // namespace tern
