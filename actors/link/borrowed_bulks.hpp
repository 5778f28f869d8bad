#pragma once

#include "actors/link/peer_memory.hpp"
#include "actors/link/wire.hpp"
#include "serialization/buffer.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

namespace tern {

/// Bulk messages of which the other end has said where their bytes lie in its
/// memory: reads them, one after the other, a chunk at a time.
///
/// Memory is bounded: at most `wire::most_lent` wait, of which only the first
/// has room for its bytes. Belongs to one thread.
class borrowed_bulks {
public:
  explicit borrowed_bulks(std::uint64_t max_bulk) : max_bulk_(max_bulk) {}

  /// In whose memory they lie, as `peer_memory::recognise`; false: it cannot be
  /// read. Before that nothing may be borrowed.
  bool recognise(pid_t process, std::uint64_t mark, const memory_nonce& nonce) {
    memory_ = peer_memory::recognise(process, mark, nonce);
    return memory_.has_value();
  }
  bool empty() const noexcept {
    return waiting_.empty();
  }

  /// The body of a `bulk_lent` frame. Fails with `malformed`.
  result<void> add(std::span<const std::byte> body);

  /// A bulk message that has been read, or for which there was no memory.
  struct taken {
    buffer begin; ///< owns the message
    message_view message;
    buffer bytes;
    bool dropped = false;
  };
  /// Reads on, at most `wire::max_chunk` bytes of the first. Nothing yet if
  /// that is not all of it. Fails with `unreachable` when the other's memory
  /// cannot be read, or is not lent any more. Not if `empty`.
  result<std::optional<taken>> read_on();

private:
  struct bulk_message {
    buffer begin;
    buffer bytes;
    std::uint64_t total = 0;
    std::uint64_t from = 0;
    std::uint64_t done = 0;
    bool has_room = false;
    bool dropped = false;
  };

  static void make_room(bulk_message& bulk);
  taken take_first();

  std::optional<peer_memory> memory_;
  std::deque<bulk_message> waiting_;
  std::uint64_t max_bulk_;
};

} // namespace tern
