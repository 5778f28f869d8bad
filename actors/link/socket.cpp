#include "actors/link/socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace tern {

namespace {

struct free_addresses {
  void operator()(addrinfo* list) const noexcept {
    freeaddrinfo(list);
  }
};
using address_list = std::unique_ptr<addrinfo, free_addresses>;

result<address_list> resolve(const std::string& host, std::uint16_t port,
                             failure_kind kind, const char* what, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  addrinfo* list = nullptr;
  auto error =
      getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (error != 0)
    return fail(kind, fmt::format("{} {}: {}", what, address_text(host, port),
                                  gai_strerror(error)));
  return address_list{list};
}

unique_fd new_socket(const addrinfo& address) {
  return unique_fd{socket(address.ai_family,
                          address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                          address.ai_protocol)};
}

// What `attempt` makes of the first address with which it succeeds; it leaves
// `errno` where it does not.
template <class T, class Attempt>
result<T> first_of(const std::string& host, std::uint16_t port,
                   failure_kind kind, const char* what, int flags,
                   Attempt attempt) {
  auto addresses = resolve(host, port, kind, what, flags);
  if (!addresses)
    return tl::make_unexpected(addresses.error());
  int error = 0;
  for (const auto* a = addresses->get(); a; a = a->ai_next) {
    if (std::optional<T> made = attempt(*a))
      return std::move(*made);
    error = errno;
  }
  return fail(kind, fmt::format("{} {}: {}", what, address_text(host, port),
                                error_text(error)));
}

// A port that a process has just left may be bound again; one that somebody
// listens on may not (Linux).
bool bind_and_listen(const unique_fd& fd, const addrinfo& address) {
  int one = 1;
  setsockopt(fd.value(), SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  return bind(fd.value(), address.ai_addr, address.ai_addrlen) == 0
         && listen(fd.value(), SOMAXCONN) == 0;
}

} // namespace

unique_fd::~unique_fd() {
  if (fd_ >= 0)
    close(fd_);
}

std::string address_text(const std::string& host, std::uint16_t port) {
  if (host.find(':') != std::string::npos)
    return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

std::string error_text(int error) {
  return std::error_code(error, std::generic_category()).message();
}

result<unique_fd> listen_on(const std::string& host, std::uint16_t port) {
  return first_of<unique_fd>(host, port, failure_kind::io, "cannot listen on",
                             AI_PASSIVE,
                             [](const addrinfo& a) -> std::optional<unique_fd> {
                               auto fd = new_socket(a);
                               if (fd && bind_and_listen(fd, a))
                                 return fd;
                               return std::nullopt;
                             });
}

std::uint16_t local_port(const unique_fd& socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket.value(), reinterpret_cast<sockaddr*>(&address), &size)
      != 0)
    return 0;
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port);
}

bool has_one_address(const unique_fd& socket) {
  sockaddr_storage here{};
  sockaddr_storage there{};
  socklen_t here_size = sizeof here;
  socklen_t there_size = sizeof there;
  if (getsockname(socket.value(), reinterpret_cast<sockaddr*>(&here),
                  &here_size)
          != 0
      || getpeername(socket.value(), reinterpret_cast<sockaddr*>(&there),
                     &there_size)
             != 0
      || here.ss_family != there.ss_family)
    return false;
  if (here.ss_family == AF_INET6)
    return std::memcmp(&reinterpret_cast<sockaddr_in6&>(here).sin6_addr,
                       &reinterpret_cast<sockaddr_in6&>(there).sin6_addr,
                       sizeof(in6_addr))
           == 0;
  return here.ss_family == AF_INET
         && reinterpret_cast<sockaddr_in&>(here).sin_addr.s_addr
                == reinterpret_cast<sockaddr_in&>(there).sin_addr.s_addr;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0;
}

// To connect a datagram socket is to choose a route.
result<std::string> own_address_towards(const std::string& host,
                                        std::uint16_t port) {
  return first_of<std::string>(
      host, port, failure_kind::unreachable, "cannot reach", 0,
      [](const addrinfo& a) -> std::optional<std::string> {
        const unique_fd fd{socket(a.ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        sockaddr_storage own{};
        auto* address = reinterpret_cast<sockaddr*>(&own);
        socklen_t size = sizeof own;
        char text[NI_MAXHOST];
        if (fd && connect(fd.value(), a.ai_addr, a.ai_addrlen) == 0
            && getsockname(fd.value(), address, &size) == 0
            && getnameinfo(address, size, text, sizeof text, nullptr, 0,
                           NI_NUMERICHOST)
                   == 0)
          return text;
        return std::nullopt;
      });
}

result<unique_fd> begin_connect(const std::string& host, std::uint16_t port) {
  return first_of<unique_fd>(
      host, port, failure_kind::unreachable, "cannot reach", 0,
      [](const addrinfo& a) -> std::optional<unique_fd> {
        auto fd = new_socket(a);
        if (fd
            && (connect(fd.value(), a.ai_addr, a.ai_addrlen) == 0
                || errno == EINPROGRESS))
          return fd;
        return std::nullopt;
      });
}

int connect_error(const unique_fd& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(socket.value(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    return errno;
  return error;
}

result<void> probe(const std::string& host, std::uint16_t port,
                   std::chrono::milliseconds timeout) {
  auto fd = begin_connect(host, port);
  if (!fd)
    return tl::make_unexpected(fd.error());
  pollfd waited{fd->value(), POLLOUT, 0};
  auto ready = poll(&waited, 1, static_cast<int>(timeout.count()));
  auto error = ready > 0 ? connect_error(*fd) : ETIMEDOUT;
  if (error == 0)
    return {};
  return fail(failure_kind::unreachable,
              fmt::format("cannot reach {}: {}", address_text(host, port),
                          error_text(error)));
}

void prepare_stream(const unique_fd& socket) {
  int one = 1;
  setsockopt(socket.value(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  auto flags = fcntl(socket.value(), F_GETFL);
  fcntl(socket.value(), F_SETFL, flags | O_NONBLOCK);
}

} // namespace tern
