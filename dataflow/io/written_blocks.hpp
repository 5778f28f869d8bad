#pragma once

#include "dataflow/block/block.hpp"
#include "serialization/failure.hpp"

#include <cstdint>
#include <filesystem>
#include <unordered_set>

namespace tern {

/// Which parts of an array a writer has got. Blocks come in any order and may
/// come twice; those that differ in their start do not overlap.
class written_blocks {
public:
  written_blocks(dtype type, const shape& extents)
    : type_(type), extents_(extents) {}

  /// Whether `data` is a block of this array that may lie at `start`.
  result<void> check(const shape& start, const block& data) const;
  /// Whether it brings elements that were not there before.
  bool add(const shape& start, const block& data);
  /// Fails with `io`, naming `target`, as long as elements are missing.
  result<void> complete(const std::filesystem::path& target) const;

private:
  dtype type_;
  shape extents_;
  std::unordered_set<std::int64_t> starts_;
  std::int64_t elements_ = 0;
};

} // namespace tern
