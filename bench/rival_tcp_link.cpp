// The rival of `tern-bench link`: the same exchange over a bare blocking TCP
// socket between two processes, buffers reused. Usage:
// rival-tcp-link round-trips N | stream BYTES BLOCK. Prints seconds.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace {

constexpr std::size_t small = 16;

bool write_all(int to, const char* from, std::size_t n) {
  while (n > 0) {
    const auto k = ::write(to, from, n);
    if (k <= 0)
      return false;
    from += k;
    n -= static_cast<std::size_t>(k);
  }
  return true;
}

bool read_all(int from, char* to, std::size_t n) {
  while (n > 0) {
    const auto k = ::read(from, to, n);
    if (k <= 0)
      return false;
    to += k;
    n -= static_cast<std::size_t>(k);
  }
  return true;
}

void no_delay(int fd) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

/// The other process: echoes small messages, or reads through each block and
/// answers it.
int serve(int fd, std::size_t block) {
  std::vector<std::uint64_t> memory(block / sizeof(std::uint64_t));
  auto* bytes = reinterpret_cast<char*>(memory.data());
  while (read_all(fd, bytes, block)) {
    std::uint64_t answer[2] = {
        0, block == small ? 0
                          : std::accumulate(memory.begin(), memory.end(),
                                            std::uint64_t{0})};
    static_assert(sizeof answer == small);
    if (!write_all(fd, reinterpret_cast<char*>(answer), small))
      return 1;
  }
  return 0;
}

bool exchange(int fd, std::vector<char>& memory, std::uint64_t n,
              std::uint64_t ahead) {
  char answer[small];
  for (std::uint64_t i = 0; i < n; ++i) {
    if (i >= ahead && !read_all(fd, answer, small))
      return false;
    if (!write_all(fd, memory.data(), memory.size()))
      return false;
  }
  for (std::uint64_t i = 0; i < std::min(n, ahead); ++i)
    if (!read_all(fd, answer, small))
      return false;
  return true;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 3)
    return 2;
  const bool stream = std::strcmp(argv[1], "stream") == 0;
  const auto amount = std::strtoull(argv[2], nullptr, 10);
  const std::size_t block =
      stream && argc > 3 ? std::strtoull(argv[3], nullptr, 10) : small;
  const auto n = stream ? std::max<std::uint64_t>(1, amount / block) : amount;
  const std::uint64_t ahead =
      stream ? std::max<std::uint64_t>(2, (64u << 20) / block) : 1;

  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&where), size) != 0
      || ::listen(listener, 1) != 0
      || ::getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size)
             != 0)
    return 1;
  const auto child = ::fork();
  if (child == 0) {
    const int fd = ::accept(listener, nullptr, nullptr);
    no_delay(fd);
    ::_exit(serve(fd, block));
  }
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&where), size) != 0)
    return 1;
  no_delay(fd);
  std::vector<char> memory(block, 1);
  if (!exchange(fd, memory, std::max<std::uint64_t>(1, n / 4), ahead))
    return 1;
  const auto begin = std::chrono::steady_clock::now();
  if (!exchange(fd, memory, n, ahead))
    return 1;
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  std::printf("%.9f\n", took.count());
  ::close(fd);
  ::waitpid(child, nullptr, 0);
  return 0;
}
