#pragma once

#include "actors/actor_id.hpp"
#include "serialization/failure.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace tern {

/// What members say of one that some of them do not hear.
struct suspicion_message {
  enum class kind : std::uint8_t {
    suspect = 1, ///< the sender has not heard it for long
    ask,         ///< the same; and say when you have
    heard,       ///< the answer
  };
  kind what = kind::suspect;
  node_id subject;
  std::chrono::milliseconds age{}; ///< of the last sign of life

  friend bool operator==(const suspicion_message&,
                         const suspicion_message&) = default;
};

constexpr std::size_t suspicion_message_size = 17;

/// The body of a `message_kind::suspicion`.
std::array<std::byte, suspicion_message_size>
encode(const suspicion_message& m);

/// Takes any bytes. What it gives names a kind, a subject, and an age of a
/// day at most; `malformed` otherwise.
result<suspicion_message>
decode_suspicion_message(std::span<const std::byte> bytes);

} // namespace tern
