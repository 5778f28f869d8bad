#pragma once

#include "actors/envelope.hpp"
#include "actors/trace/event.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace tern {

/// The name of a kind of message, as `envelope.hpp` writes it; empty for
/// numbers without one.
std::string_view name_of(message_kind kind) noexcept;

/// What numbers mean to people.
using name_table = std::map<std::uint32_t, std::string>;

/// All kinds of events and of messages that this program knows.
name_table names_of_events();
name_table names_of_messages();

} // namespace tern
