#pragma once

#include "actors/mobile_codec.hpp"

namespace tern {

/// Body of a message that is routed: the most frequent by far, so its layout is
/// fixed, as that of its envelope (serialization/message.hpp). Little-endian:
///
///    0  8  origin            24  4  epoch of the origin
///    8  8  number            28  4  flags; 1: last words
///   16  8  target            32     payload, unless it goes as bulk
void encode_routed(const routed_message& m, encoded_message& to);

/// `malformed` for what is none.
result<mobile_message> decode_routed(message_kind kind, const envelope& head,
                                     std::span<const std::byte> body,
                                     const buffer& bulk);

} // namespace tern
