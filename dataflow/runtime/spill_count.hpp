#pragma once

#include <cstdint>

namespace tern {

/// Bytes that went to disk and came back.
struct spill_count {
  std::uint64_t written = 0;
  std::uint64_t read = 0;
};

/// What the calling thread has written and read for spillers since it asked
/// last.
spill_count take_spill_count() noexcept;

} // namespace tern
