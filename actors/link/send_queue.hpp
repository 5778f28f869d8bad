#pragma once

#include "actors/link/wire.hpp"
#include "serialization/buffer.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include <sys/uio.h>

namespace tern {

/// What waits to be written on one link.
///
/// Small messages gather in batches of about 64 KiB; bulk bytes go in chunks
/// of at most 1 MiB, straight from their buffer. Batches and chunks take turns
/// as long as there are both, so that small messages overtake bulk ones and
/// neither starves the other; a bulk message never overtakes anything. Not
/// safe for threads: the link locks it.
///
/// To a peer that reads this process' memory, large bulks are lent: only where
/// they lie is written, and their memory is held until `taken`. So are smaller
/// ones behind them, which else would be there first or have to wait.
///
/// The pieces that `next` gives stay valid while messages are added; `written`
/// says how much of them is on the wire.
class send_queue {
public:
  using pieces = std::span<const iovec>;
  static constexpr std::size_t batch_size = std::size_t{64} << 10;

  /// Throws `std::length_error` if the payload is above `wire::max_body`.
  void add(message_kind kind, const envelope& head,
           std::span<const std::byte> payload);
  void add_bulk(message_kind kind, const envelope& head,
                std::span<const std::byte> payload, buffer bulk);
  /// A frame that is no message.
  void add_frame(wire::frame_type type, std::span<const std::byte> body);

  /// A frame without a body that goes once all else is written, and taken.
  void add_last(wire::frame_type type);

  /// The bytes that go next, at most two pieces; none if all is written.
  pieces next();
  void written(std::size_t count);

  /// From now on large bulks are lent.
  void lend() noexcept {
    lends_ = true;
  }
  /// The peer has read what was lent first; how many bytes that were. Nothing
  /// if nothing is lent. There may be more to write now.
  std::optional<std::uint64_t> taken();
  /// Bytes of bulks that are lent, or will be.
  std::uint64_t lent_bytes() const noexcept {
    return lent_bytes_;
  }

  bool empty() const noexcept {
    return bytes_ == 0;
  }
  /// A batch is full, so it should go.
  bool has_full_batch() const noexcept {
    return !full_.empty();
  }
  /// Bulk bytes wait to begin or go on.
  bool has_bulk() const noexcept {
    return !bulks_.empty();
  }
  /// Bytes that wait, headers included.
  std::uint64_t bytes() const noexcept {
    return bytes_;
  }
  /// Messages that are not wholly on the wire, or lent.
  std::uint64_t messages() const noexcept {
    return messages_;
  }

private:
  struct batch {
    std::vector<std::byte> bytes; // whole frames
    std::uint64_t messages = 0;
  };
  struct bulk_message {
    std::vector<std::byte> begin; // its first frame; empty once written
    buffer bytes;
    std::size_t sent = 0;
    std::uint64_t after = 0; // so many batches go before it
    bool lent = false;
  };

  void close_frame();
  void close_batch();
  bool may_go_on() const;
  bool next_batch();
  void next_chunk();
  bool may_lend(std::size_t payload, std::size_t size) const;
  void begin_frame(bulk_message& m, message_kind kind, const envelope& head,
                   std::span<const std::byte> payload);
  void finish_current();

  std::deque<batch> full_;
  batch open_;
  std::size_t frame_at_ = no_frame; // of the batch frame being filled
  std::uint64_t batches_closed_ = 0;
  std::uint64_t batches_taken_ = 0;
  static constexpr std::size_t no_frame = ~std::size_t{0};
  std::deque<bulk_message> bulks_;
  bool lends_ = false;
  std::deque<buffer> lent_; ///< the peer knows where they lie
  std::uint64_t out_ = 0;   ///< their bytes
  std::uint64_t lent_bytes_ = 0;
  std::vector<std::byte> last_;

  // What is being written: `head_` (frames, or a chunk's header), then
  // `body_` bytes of the first bulk.
  batch head_;
  std::size_t head_written_ = 0;
  std::size_t body_ = 0;
  std::size_t body_written_ = 0;
  bool in_bulk_ = false;
  std::array<iovec, 2> pieces_{};

  std::uint64_t bytes_ = 0;
  std::uint64_t messages_ = 0;
  std::vector<std::byte> spare_;
};

} // namespace tern
