#include "tests/actors/stranger.hpp"

#include "tests/actors/nodes.hpp"

#include <fcntl.h>
#include <poll.h>

#include <sys/socket.h>

namespace tern::testing {

bare_socket::bare_socket(const std::string& host, std::uint16_t port) {
  auto fd = begin_connect(host, port);
  BOOST_REQUIRE_MESSAGE(fd.has_value(), why(fd));
  fd_ = std::move(*fd);
  pollfd waited{fd_.value(), POLLOUT, 0};
  BOOST_REQUIRE(poll(&waited, 1, 5000) == 1);
  fcntl(fd_.value(), F_SETFL, 0);
  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(deadline);
  timeval limit{seconds.count(), 0};
  setsockopt(fd_.value(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

bool bare_socket::send(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    auto count = ::send(fd_.value(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

std::vector<std::byte> bare_socket::receive(std::size_t count) {
  std::vector<std::byte> bytes(count);
  std::size_t have = 0;
  while (have < count) {
    auto got = recv(fd_.value(), bytes.data() + have, count - have, 0);
    if (got <= 0)
      break;
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

bool bare_socket::wait_for_end() {
  std::array<std::byte, 4096> bytes;
  for (;;) {
    auto got = recv(fd_.value(), bytes.data(), bytes.size(), 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
      return true;
    if (got < 0)
      return false;
  }
}

} // namespace tern::testing
