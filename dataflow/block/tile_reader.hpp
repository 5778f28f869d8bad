#pragma once

#include "dataflow/block/loop_nest.hpp"

#include <cstddef>
#include <cstdint>

namespace tern {

/// One operand of a tile program: gives a tile's worth of its elements, where
/// they are if they lie in a row, in a tile of its own if not.
///
/// Elements are named by their row-major number in the result. What a function
/// returns is valid until the next call, and may be read up to `padded(n)`.
class tile_reader {
public:
  /// Bytes of its own that a reader needs for tiles of `tile` elements of at
  /// most `widest` bytes.
  static std::size_t memory_for(std::size_t tile, std::size_t widest) noexcept;

  /// `number`: of the operand in `nest`, which outlives the reader, as does the
  /// block or source. `memory`: `memory_for(tile, widest)` bytes.
  tile_reader(const operand& from, const loop_nest& nest, std::size_t number,
              std::size_t tile, std::size_t widest, std::byte* memory);

  /// Elements [first, first + n). `next` says what a later call will ask for if
  /// it goes on: a run of memory, or nothing.
  struct run_ahead {
    const std::byte* at = nullptr;
    std::size_t bytes = 0;
  };
  const std::byte* read(std::int64_t first, std::size_t n, run_ahead& next);

  /// `columns` elements from `first` on, and as many at `rows` - 1 further
  /// indices along axis `across` of the nest; rows follow one another.
  const std::byte* read_patch(std::int64_t first, std::size_t across,
                              std::size_t rows, std::size_t columns);

  /// Asks the processor for what `read_patch` will read.
  void ask_for_patch(std::int64_t first, std::size_t across, std::size_t rows,
                     std::size_t columns) const noexcept;

private:
  std::int64_t offset_of(std::int64_t first) const noexcept;
  const std::byte* address(std::int64_t offset) const noexcept {
    return data_ + offset * static_cast<std::int64_t>(width_);
  }
  const std::byte* in_place(std::int64_t offset, std::size_t n) const noexcept;
  const std::byte* gather(std::int64_t first, std::size_t n);
  void copy_piece(std::int64_t offset, std::int64_t stride, std::size_t n,
                  std::byte* to);
  void make_patch(std::int64_t offset, std::size_t across, std::size_t rows,
                  std::size_t columns);
  const std::byte* pad(std::size_t n) noexcept;

  const loop_nest* nest_;
  const loop_nest::walk* walk_;
  std::size_t width_;
  const std::byte* data_; ///< null: `made_`
  const source* made_;
  std::int64_t count_; ///< elements at `data_`
  std::byte* room_;    ///< a tile
  std::byte* spare_;   ///< a second one, for sources
  bool uniform_;       ///< `room_` holds it, for good
  bool contiguous_;
};

} // namespace tern
