#pragma once

#include "serialization/failure.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// Small messages, many in a frame. They are the most frequent thing on the
// wire, so their envelope has a fixed layout, little-endian, of 72 bytes:
//
//   0  2  kind             32  8  from.low
//   2  2  0                40  8  sequence
//   4  4  length           48  4  epoch
//   8  8  to.high          52  4  hops
//  16  8  to.low           56  8  cause
//  24  8  from.high        64  8  number
//  72     payload of that length, then zeros up to a multiple of 8
//
// Payloads start on a multiple of 8 from the start of the batch, so that a
// Cap'n Proto body is read where it lies. What the fields mean is said in
// actors/envelope.hpp; here they are numbers.

namespace tern {

inline constexpr std::size_t message_header_size = 72;

struct message_header {
  std::uint16_t kind = 0;
  std::uint64_t to_high = 0;
  std::uint64_t to_low = 0;
  std::uint64_t from_high = 0;
  std::uint64_t from_low = 0;
  std::uint64_t sequence = 0;
  std::uint32_t epoch = 0;
  std::uint32_t hops = 0;
  std::uint64_t cause = 0;
  std::uint64_t number = 0;

  friend bool operator==(const message_header&,
                         const message_header&) = default;
};

/// Bytes that a message with a payload of `payload` bytes takes in a batch.
constexpr std::size_t message_size(std::size_t payload) noexcept {
  return message_header_size + (payload + 7) / 8 * 8;
}

/// Appends a message to `batch`. The payload has less than 4 GiB.
void append_message(std::vector<std::byte>& batch, const message_header& head,
                    std::span<const std::byte> payload);

/// A message of a batch; `payload` lies in the batch.
struct message_view {
  message_header head;
  std::span<const std::byte> payload;
};

/// Goes through a batch once.
///
///   message_reader reader(batch);
///   for (;;) {
///     auto next = reader.next();
///     if (!next)        // malformed: the rest is not readable
///     else if (!*next)  // the end
///     else              // **next
///   }
class message_reader {
public:
  explicit message_reader(std::span<const std::byte> batch) noexcept
    : rest_(batch) {}

  result<std::optional<message_view>> next();

private:
  std::span<const std::byte> rest_;
};

} // namespace tern
