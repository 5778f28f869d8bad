#pragma once

#include "dataflow/block/block.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "serialization/failure.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tern {

/// Keeps the blocks of a node within its limit of memory: writes those to disk
/// that are needed last. Compute threads call it, and wait for the disk as long
/// as it takes; any of them, one at a time.
///
/// Not for small blocks (spill_file::largest_kept), which stay in memory.
class spiller {
public:
  /// `next`: the priority of the first task that will read the block.
  using visitor = std::function<void(const block&, std::uint32_t next)>;
  /// Calls the visitor for each block that nobody reads at the moment.
  using walk = std::function<void(const visitor&)>;

  /// `directory`: for the file, which is made when it is needed; empty:
  /// TERN_SPILL_DIR, else TMPDIR, else /var/tmp.
  spiller(ledger& memory, const std::string& directory, walk each_block);

  /// A running task's share of the memory, as long as it lives.
  class room {
  public:
    room() = default;
    room(room&& other) noexcept
      : of_(std::exchange(other.of_, nullptr)),
        inputs_(std::move(other.inputs_)), promised_(other.promised_) {}
    room& operator=(room&&) = delete;
    ~room();
    /// The inputs have been read.
    void read() noexcept;
    /// The task waits for others, which need not wait for it.
    void rest() noexcept;
    /// It goes on.
    void go_on() noexcept;

  private:
    friend class spiller;
    spiller* of_ = nullptr;
    std::vector<block> inputs_; ///< pinned
    std::uint64_t promised_ = 0;
  };

  /// For a task that is about to read `inputs` and to give `output` bytes:
  /// makes room for that, and for what was spilled of the inputs, which it
  /// reads back. Waits for other tasks if there is nothing left to spill. Fails
  /// if it would be beyond the limit and the disk refuses.
  result<room> begin(std::span<const block> inputs, std::uint64_t output);

  /// Whether a source of `bytes` may fire, once what can be spilled for it was.
  bool make_room(std::uint64_t bytes);

private:
  struct victim {
    block data;
    std::uint32_t next;
  };
  using clock = std::chrono::steady_clock;

  bool enter(std::uint64_t bytes) noexcept;
  result<void> wait_to_enter(std::uint64_t bytes);
  void leave(std::uint64_t promised) noexcept;
  std::uint64_t spill(std::uint64_t bytes);
  bool open();
  std::vector<victim> choose(std::uint64_t bytes) const;

  ledger& memory_;
  const std::string directory_;
  const walk each_block_;
  std::atomic<unsigned> running_{0}; ///< rooms

  std::mutex mutex_; ///< guards what follows, and is held while it writes
  std::condition_variable left_;
  clock::time_point next_walk_{}; ///< the last one found nothing
  std::optional<failure> problem_;
  clock::time_point next_try_{}; ///< after the problem
};

/// Whether this host can spill to `directory` (empty: as above); else why not.
result<void> disk_for_spilling(const std::string& directory);

} // namespace tern
