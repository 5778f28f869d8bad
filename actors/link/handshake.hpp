#pragma once

#include "actors/link/event_loop.hpp"
#include "actors/link/hello.hpp"

#include <functional>
#include <string>

namespace tern {

/// Connects to `peer` at HOST:PORT and greets it; `done` gets the socket of
/// the link or a failure that names the address: `unreachable` when nobody
/// answers within `timeout`, `not_found` when it is another node, `refused`
/// with the peer's reason. On the loop.
void dial(event_loop& loop, const std::string& host, std::uint16_t port,
          node_id self, node_id peer, std::chrono::milliseconds timeout,
          std::function<void(result<unique_fd>)> done);

/// Finds out within `timeout` whether anybody listens at HOST:PORT; `done` gets
/// nothing or `unreachable` with the address and the reason. On the loop.
void reach(event_loop& loop, const std::string& host, std::uint16_t port,
           std::chrono::milliseconds timeout,
           std::function<void(result<void>)> done);

/// Waits at most `timeout` for the greeting on an accepted connection, answers
/// it with what `admit` says of its sender, and hands the socket to `done` if
/// that is `welcome`; any other end goes to `failed`. On the loop. The returned
/// function gives up at once.
std::function<void()>
answer_greeting(event_loop& loop, unique_fd socket, node_id self,
                std::chrono::milliseconds timeout,
                std::function<hello_answer(node_id from)> admit,
                std::function<void(node_id from, unique_fd)> done,
                std::function<void()> failed);

} // namespace tern
