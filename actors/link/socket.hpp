#pragma once

#include "serialization/failure.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace tern {

/// Owns a file descriptor.
class unique_fd {
public:
  unique_fd() noexcept = default;
  explicit unique_fd(int fd) noexcept : fd_(fd) {}
  unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  unique_fd& operator=(unique_fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~unique_fd();

  int value() const noexcept {
    return fd_;
  }
  explicit operator bool() const noexcept {
    return fd_ >= 0;
  }

private:
  int fd_ = -1;
};

/// `HOST:PORT`, as people write it.
std::string address_text(const std::string& host, std::uint16_t port);

/// What `errno` said, in words.
std::string error_text(int error);

/// A listening, non-blocking socket at a numeric or resolvable `host`; port 0
/// lets the system choose. Fails with `io`, naming the address.
result<unique_fd> listen_on(const std::string& host, std::uint16_t port);

/// The port a socket is bound to.
std::uint16_t local_port(const unique_fd& socket);

/// Whether `host`, numeric or `localhost`, is this machine and nobody else's.
bool is_loopback(const std::string& host);

/// The address of this machine on its way to `host`, which is how others there
/// can reach it. Nothing is sent. Fails with `unreachable`, naming the address.
result<std::string> own_address_towards(const std::string& host,
                                        std::uint16_t port);

/// Begins to connect without waiting. The socket becomes writable when the
/// attempt has ended, well or not: then ask `connect_error`. Fails with
/// `unreachable`, naming the address.
result<unique_fd> begin_connect(const std::string& host, std::uint16_t port);

/// 0 or the `errno` of an attempt that has ended.
int connect_error(const unique_fd& socket);

/// Connects within `timeout` and closes again: whether somebody listens at
/// all. Fails with `unreachable`, naming the address and the reason.
result<void> probe(const std::string& host, std::uint16_t port,
                   std::chrono::milliseconds timeout);

/// Whether both ends of a connection have one address: they are on one host.
bool has_one_address(const unique_fd& socket);

/// Settings of a connection that carries messages: no delay, no blocking.
void prepare_stream(const unique_fd& socket);

} // namespace tern
