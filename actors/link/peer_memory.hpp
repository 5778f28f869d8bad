#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <sys/types.h>

namespace tern {

/// A random number that nobody guesses.
using memory_nonce = std::array<std::byte, 16>;

memory_nonce random_nonce();

/// By which the other end of a link recognises this process' memory, and sees
/// whether what it is lent may be read still. It reads the mark where it lies,
/// so its form is part of the protocol.
class memory_mark {
public:
  memory_mark() = default;
  ~memory_mark() {
    close();
  }
  memory_mark(const memory_mark&) = delete;
  memory_mark& operator=(const memory_mark&) = delete;

  /// From now on the mark can be recognised by who knows the nonce.
  void open(const memory_nonce& nonce) noexcept {
    bytes_.nonce = nonce;
    bytes_.open.store(1, std::memory_order_release);
  }
  /// Before anything that was lent by it may change.
  void close() noexcept {
    bytes_.open.store(0, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_seq_cst);
  }
  bool is_open() const noexcept {
    return bytes_.open.load(std::memory_order_relaxed) != 0;
  }
  std::uint64_t address() const noexcept {
    return reinterpret_cast<std::uintptr_t>(&bytes_);
  }

private:
  friend class peer_memory;

  struct layout {
    memory_nonce nonce{};
    std::atomic<std::uint64_t> open{0};
  };
  layout bytes_;
};

/// The memory of another process of this host, read where it lies: one copy,
/// and none of the other's time.
///
/// By `process_vm_readv(2)`, so it takes the same user, the same namespace of
/// process numbers, and a system that allows it; `recognise` finds out. Any
/// process number and any address may be tried; a page that the other has on
/// disk takes as long as the disk does.
class peer_memory {
public:
  /// Nothing unless an open mark with this nonce lies at `mark` in `process`.
  static std::optional<peer_memory> recognise(pid_t process, std::uint64_t mark,
                                              const memory_nonce& nonce);

  /// Copies `size` bytes. False: they are not there, or it is not; `errno` says
  /// why. What was read is what was lent only if `is_open` after that.
  bool read(std::byte* to, std::uint64_t from, std::size_t size) const;
  bool is_open() const;

private:
  peer_memory(pid_t process, std::uint64_t mark, const memory_nonce& nonce)
    : process_(process), mark_(mark), nonce_(nonce) {}

  pid_t process_;
  std::uint64_t mark_;
  memory_nonce nonce_;
};

} // namespace tern
