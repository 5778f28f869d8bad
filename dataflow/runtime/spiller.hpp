#pragma once

#include "dataflow/block/block.hpp"
#include "dataflow/runtime/ledger.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace tern {

/// Keeps the blocks of a node within its limit of memory: writes those to disk
/// that are needed last. Compute threads call it, and wait for the disk as long
/// as it takes; any of them, one at a time.
///
/// Not for small blocks (spill_file::can_spill), which stay in memory.
class spiller {
public:
  /// `next`: the priority of the first task that will read the block.
  using visitor = std::function<void(const block&, std::uint32_t next)>;
  /// Calls the visitor for each block that nobody reads at the moment.
  using walk = std::function<void(const visitor&)>;

  /// `directory`: for the file, which is made when it is needed; empty:
  /// TERN_SPILL_DIR, else TMPDIR, else /var/tmp.
  spiller(ledger& memory, const std::string& directory, walk each_block);

  /// Makes room for `bytes` more below `most`. False: there is none, since
  /// nothing is left that could be written. Fails if the disk refuses.
  result<bool> make_room(std::uint64_t bytes, std::uint64_t most);

  /// For a task that is about to read `inputs` and to give `output` bytes: room
  /// for that, and what was spilled of the inputs. Fails if the disk refuses.
  result<void> begin(std::span<const block> inputs, std::uint64_t output);
  /// It has read them.
  void end(std::span<const block> inputs) noexcept;

private:
  struct victim {
    block data;
    std::uint32_t next;
  };

  std::vector<victim> choose(std::uint64_t bytes) const;

  ledger& memory_;
  const std::string directory_;
  const walk each_block_;
  std::mutex mutex_; ///< one at a time
};

/// Whether this host can spill to `directory` (empty: as above); else why not.
result<void> disk_for_spilling(const std::string& directory);

} // namespace tern
