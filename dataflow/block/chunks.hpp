#pragma once

#include "dataflow/block/shape.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <span>

namespace tern {

/// How one axis is cut into blocks: runs of equal sizes, so that an axis of
/// 10^6 equal blocks costs two runs. Value type. Sizes are >= 0; an axis has at
/// least one block (an empty axis has one block of size 0).
class axis_chunks {
public:
  struct run {
    std::int64_t count; ///< blocks
    std::int64_t size;  ///< elements a block

    friend bool operator==(const run&, const run&) = default;
  };

  axis_chunks() = default;
  /// Blocks of `size`, the last one ragged. size >= 1, extent >= 0.
  static axis_chunks regular(std::int64_t extent, std::int64_t size);
  static axis_chunks from_sizes(std::span<const std::int64_t> sizes);
  /// `count` blocks of size 1: what a reduction leaves of an axis.
  static axis_chunks ones(std::int64_t count);

  /// Appends `count` blocks of `size`, merging with the last run.
  void append(std::int64_t count, std::int64_t size);

  std::int64_t extent() const noexcept {
    return extent_;
  }
  std::int64_t count() const noexcept {
    return count_;
  }
  std::int64_t size(std::int64_t block) const noexcept;
  /// First element of `block`; `start(count())` is the extent.
  std::int64_t start(std::int64_t block) const noexcept;
  /// The block that holds element `position`, 0 <= position < extent.
  std::int64_t block_of(std::int64_t position) const noexcept;
  std::int64_t largest() const noexcept;

  std::span<const run> runs() const noexcept {
    return {runs_.data(), runs_.size()};
  }

  friend bool operator==(const axis_chunks&, const axis_chunks&) = default;

private:
  boost::container::small_vector<run, 2> runs_;
  std::int64_t extent_ = 0;
  std::int64_t count_ = 0;
};

/// How an array is cut: one entry an axis.
using chunks = boost::container::small_vector<axis_chunks, 4>;

/// Elements an axis, all blocks together.
shape extents(const chunks& c);
/// Blocks an axis.
shape grid(const chunks& c);
/// The shape of the block at `index`.
shape block_shape(const chunks& c, const shape& index);

/// Row-major number of `index` in `grid`, and back.
std::int64_t linear_of(const shape& grid, const shape& index) noexcept;
shape index_of(const shape& grid, std::int64_t linear);

} // namespace tern
