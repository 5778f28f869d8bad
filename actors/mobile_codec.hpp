#pragma once

#include "actors/mobile_message.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tern {

/// A mobile message in the form in which a node sends it.
struct encoded_message {
  message_kind kind = message_kind::actor_message;
  envelope head;
  std::vector<std::byte> payload;
  buffer bulk; ///< large bytes, as they lie; empty: none
};

/// Payloads and snapshots above this go as bulk.
inline constexpr std::size_t bulk_from = std::size_t{64} << 10;

/// Writes over `to`, keeping its memory.
void encode(const mobile_message& m, encoded_message& to);

/// Total: any bytes give a message or `malformed`.
result<mobile_message> decode_mobile(message_kind kind, const envelope& head,
                                     std::span<const std::byte> payload,
                                     const buffer& bulk);

/// Whether `decode_mobile` knows the kind.
bool is_mobile(message_kind kind) noexcept;

} // namespace tern
