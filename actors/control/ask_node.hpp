#pragma once

#include "actors/control/control_message.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace tern {

/// Asks the gateway at HOST:PORT, without becoming a member; once more if there
/// is no answer in half the time. Fails with `unreachable`, naming the address.
result<control::message> ask_node(const std::string& host, std::uint16_t port,
                                  const control::message& question,
                                  std::chrono::milliseconds timeout);

} // namespace tern
