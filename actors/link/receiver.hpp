#pragma once

#include "actors/link/wire.hpp"
#include "serialization/buffer.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include <sys/uio.h>

namespace tern {

/// What a receiver makes of the bytes of one link.
class frame_sink {
public:
  virtual void on_message(const message_view& message, buffer bulk) = 0;
  /// All that are no messages: `bulk_lent` says only where one is.
  virtual void on_frame(wire::frame_type type,
                        std::span<const std::byte> body) = 0;

protected:
  ~frame_sink() = default;
};

/// Turns the bytes of one link into messages: `room` says where the next bytes
/// go, `received` takes note of them.
///
/// Small messages are read where they arrived; the bytes of a bulk message
/// (and of a batch that is larger than the receive buffer) go straight to a
/// pooled buffer. Memory is bounded: the receive buffer, at most one large
/// batch (`wire::max_body`) and one bulk message (`max_bulk`). Belongs to one
/// thread.
class receiver {
public:
  explicit receiver(std::uint64_t max_bulk);

  /// At most two pieces, never empty.
  std::span<const iovec> room();

  /// `count` bytes have arrived. Fails with `malformed` on anything that is
  /// not what a `send_queue` writes; then the link is of no more use.
  result<void> received(std::size_t count, frame_sink& sink);

  /// A bulk message for which there is no memory is read and dropped.
  std::uint64_t dropped() const noexcept {
    return dropped_;
  }

private:
  static constexpr std::size_t buffer_size = std::size_t{256} << 10;
  // So much is read beyond the end of a chunk: the next header and a little.
  static constexpr std::size_t beyond_chunk = std::size_t{4} << 10;

  struct bulk_message {
    buffer begin; // owns kind, envelope and payload
    buffer bytes;
    std::uint64_t total = 0;
    std::uint64_t done = 0;
    bool open = false;
    bool dropped = false;
  };

  result<void> take_frames(frame_sink& sink);
  result<bool> take_frame(frame_sink& sink);
  result<void> take_body(const frame_header& h, std::span<const std::byte> body,
                         frame_sink& sink);
  result<void> take_batch(std::span<const std::byte> body, frame_sink& sink);
  result<void> begin_bulk(std::span<const std::byte> body, frame_sink& sink);
  result<void> begin_chunk(std::size_t length);
  void begin_large(const frame_header& h);
  result<void> finish_large(frame_sink& sink);
  void finish_chunk(frame_sink& sink);
  void end_bulk(frame_sink& sink);
  void move_to_front();
  std::size_t take_buffered(std::byte* to, std::size_t limit);

  std::unique_ptr<std::byte[]> buffer_;
  std::size_t begin_ = 0; // of what is not yet read
  std::size_t end_ = 0;

  // Bytes that are awaited outside the receive buffer.
  std::byte* direct_ = nullptr;
  std::size_t direct_left_ = 0;
  std::size_t chunk_size_ = 0;

  buffer large_; // a batch or begin frame too large for the receive buffer
  frame_header large_header_;

  bulk_message bulk_;
  std::unique_ptr<std::byte[]> waste_; // where dropped chunks go
  std::uint64_t max_bulk_;
  std::uint64_t dropped_ = 0;
  std::array<iovec, 2> room_{};
};

} // namespace tern
