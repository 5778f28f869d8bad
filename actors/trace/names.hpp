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

/// The name of `number`, or its digits.
std::string name_in(const name_table& table, std::uint32_t number);

/// What `trace_event::actor` means to people: `task LAYER/INDEX`, `actor N`,
/// `service N`, `key HASH`, or `node` for none.
std::string text_of_actor(std::uint64_t low);

/// What people see of a node.
std::string display_name(const node_trace& node);

/// All kinds of events and of messages that this program knows.
name_table names_of_events();
name_table names_of_messages();

} // namespace tern
