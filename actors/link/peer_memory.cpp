#include "actors/link/peer_memory.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>

#include <sys/random.h>
#include <sys/uio.h>

namespace tern {

// A process may drop what it has lent when it thinks that the other end is
// dead, and reuse the memory while that one, alive after all, still reads. So
// the lender closes the mark first, and the reader looks at the mark last: what
// it has read with the mark open is what was lent. A mark whose memory is gone
// or used for something else has another nonce, if any.

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

memory_nonce random_nonce() {
  memory_nonce nonce;
  if (getrandom(nonce.data(), nonce.size(), 0)
      != static_cast<ssize_t>(nonce.size()))
    throw std::system_error(errno, std::generic_category(), "random numbers");
  return nonce;
}

std::optional<peer_memory> peer_memory::recognise(pid_t process,
                                                  std::uint64_t mark,
                                                  const memory_nonce& nonce) {
  const peer_memory memory{process, mark, nonce};
  return memory.is_open() ? std::optional{memory} : std::nullopt;
}

bool peer_memory::read(std::byte* to, std::uint64_t from,
                       std::size_t size) const {
  while (size > 0) {
    const iovec here{to, size};
    const iovec there{
        reinterpret_cast<void*>(static_cast<std::uintptr_t>(from)), size};
    const auto count = process_vm_readv(process_, &here, 1, &there, 1, 0);
    if (count <= 0) {
      if (count == 0)
        errno = EFAULT;
      return false;
    }
    to += count;
    from += static_cast<std::uint64_t>(count);
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool peer_memory::is_open() const {
  constexpr std::uint64_t open = 1;
  std::array<std::byte, sizeof(memory_mark::layout)> found;
  if (!read(found.data(), mark_, found.size()))
    return false;
  return std::memcmp(found.data(), nonce_.data(), nonce_.size()) == 0
         && std::memcmp(found.data() + nonce_.size(), &open, sizeof open) == 0;
}

} // namespace tern
