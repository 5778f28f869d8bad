#include "actors/control/ask_node.hpp"
#include "actors/link/socket.hpp"
#include "actors/node.hpp"

namespace tern {

result<std::vector<std::byte>>
node::query_status(const std::string& host, std::uint16_t port,
                   std::chrono::milliseconds timeout) {
  auto answer = ask_node(host, port, control::status_request{}, timeout);
  if (!answer)
    return tl::make_unexpected(answer.error());
  if (auto status = std::get_if<control::status>(&*answer))
    return std::move(status->bytes);
  return fail(failure_kind::refused,
              address_text(host, port) + " does not tell its status");
}

} // namespace tern
