#pragma once

#include "actors/view_message.hpp"
#include "serialization/failure.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace tern {

/// The most members, or departed ones, that a view on the wire may have.
constexpr std::size_t view_size_limit = 65'536;

/// The body of a `message_kind::view_message`.
std::vector<std::byte> encode(const view_message& m);

/// Takes any bytes. What it gives is sound: views have members, each once, and
/// a proposed view is the next after the base. `malformed` otherwise.
result<view_message> decode_view_message(std::span<const std::byte> payload);

} // namespace tern
