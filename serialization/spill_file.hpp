#pragma once

#include "serialization/buffer.hpp"
#include "serialization/failure.hpp"
#include "serialization/run_heap.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace tern {

/// Buffers whose bytes lie on disk for a while: one file a process, without a
/// name, so that nothing is left of it however the process ends.
///
/// A spilled buffer stays where it is and can be read as before, by whoever has
/// a handle; but its pages come from the file, and nobody may write to them. So
/// it need not be known who reads it. `pin` is for who knows that he will: it
/// reads the file in one piece, and what is pinned is not spilled. A file that
/// cannot be read is an error of `pin`, and SIGBUS for others.
///
/// Any thread may call anything.
class spill_file {
public:
  /// Bytes that are on disk and not in memory, of whoever counts them.
  using account = std::shared_ptr<std::atomic<std::uint64_t>>;

  /// Buffers of up to so many bytes are never spilled.
  static constexpr std::size_t largest_kept = std::size_t{256} << 10;

  static spill_file& process();

  spill_file(const spill_file&) = delete;
  spill_file& operator=(const spill_file&) = delete;

  /// Makes the file in `directory`, unless there is one: the first one counts.
  /// Fails with `io` for a directory that cannot be written to, with `refused`
  /// for one that lies in memory (tmpfs).
  result<void> open(const std::string& directory);

  /// Whether its bytes are worth a file: they are many, and in the pool.
  static bool can_spill(const buffer& b) noexcept;

  /// Writes the bytes of `b` and gives their memory back. Returns how many
  /// bytes of memory that gave: none for what cannot be spilled, is, or is
  /// pinned, nor if the system has no mapping left. Fails with `io`, for
  /// example on a full disk; then nothing has changed.
  result<std::size_t> spill(const buffer& b);

  /// From now on the bytes of `b` count in `of` while they are on disk alone;
  /// null: nowhere. Nothing if `b` is not spilled.
  void count(const buffer& b, account of);

  bool is_spilled(const buffer& b) const;
  /// Bytes of memory that `pin` will take.
  std::size_t bytes_away(const buffer& b) const;
  /// Has the bytes in memory until `unpin` was called as often. Fails with `io`
  /// if the file cannot be read.
  result<void> pin(const buffer& b);
  void unpin(const buffer& b) noexcept;
  /// Somebody will read it soon, without a pin.
  void will_read(const buffer& b) const noexcept;
  /// Gives back the memory of what was read without a pin.
  void drop_read() noexcept;

private:
  friend class buffer_pool;

  struct entry {
    std::uint64_t offset = 0;
    std::size_t length = 0;
    account counted; ///< or null
  };

  spill_file() = default;
  bool restore(std::byte* data) noexcept;
  std::uint64_t take(std::size_t length);
  result<void> write(const std::byte* data, std::size_t length,
                     std::uint64_t offset);
  result<std::size_t> map(const buffer& b, const entry& e);
  bool is_pinned(const std::byte* data) const {
    return pins_.contains(data);
  }

  mutable std::mutex mutex_; ///< guards all
  int file_ = -1;            ///< changes once
  std::string directory_;
  run_heap free_;         ///< parts of the file
  std::uint64_t end_ = 0; ///< of what was ever used of it
  std::unordered_map<const std::byte*, entry> entries_;
  std::unordered_map<const std::byte*, unsigned> pins_;
  std::unordered_set<const std::byte*> being_written_;
};

} // namespace tern
