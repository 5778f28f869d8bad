#pragma once

#include "dataflow/block/loop_nest.hpp"
#include "dataflow/block/tile_program.hpp"
#include "dataflow/block/tile_reader.hpp"
#include "serialization/buffer.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace tern {

/// A program bound to its operands: gives any part of the result, tile by
/// tile, in memory that stays in the level-one cache. For one thread. Blocks
/// and sources of the operands must outlive it.
///
/// Elements are named by their row-major number in the result.
class tile_evaluator {
public:
  /// `s` has at least one element. Throws `std::invalid_argument` for what
  /// does not fit, `std::bad_alloc`.
  tile_evaluator(const program& code, std::span<const operand> operands,
                 const shape& s);
  tile_evaluator(const tile_evaluator&) = delete;
  tile_evaluator& operator=(const tile_evaluator&) = delete;

  dtype type() const noexcept {
    return program_.type();
  }

  /// Elements [first, first + n), n <= tile_elements. What it returns is valid
  /// until the next call.
  const std::byte* run(std::int64_t first, std::size_t n);

  /// Elements [first, first + n), any n, to `out`.
  void fill(std::int64_t first, std::int64_t n, std::byte* out);

  /// All elements, to `out`.
  void fill_all(std::byte* out);

  /// Whether an operand lies across the result (x.T), so that only boxes of
  /// several rows make good use of the lines of memory it touches; rows are
  /// then of `row_length()` elements.
  bool prefers_boxes() const noexcept {
    return lies_across_ && across_ + 1 == nest_.inner();
  }
  std::int64_t row_length() const noexcept {
    return nest_.extents[nest_.inner()];
  }
  /// `columns` elements of each of `rows` rows, from `first` on (which lies in
  /// a row with at least `columns` elements left), to `out`, where rows are
  /// `out_stride` elements apart. For use where `prefers_boxes()`.
  void box(std::int64_t first, std::int64_t rows, std::int64_t columns,
           std::byte* out, std::int64_t out_stride);

private:
  void lay_out(std::span<const operand> operands);
  void find_across();

  void read(std::int64_t first, std::size_t n);
  void fill_by_tiles(std::int64_t first, std::int64_t n, std::byte* out);
  void slab(std::int64_t first, std::int64_t rows, std::int64_t columns,
            std::byte* out, std::int64_t out_stride);
  void patch(std::int64_t first, std::size_t rows, std::size_t columns,
             std::byte* out, std::int64_t out_stride);
  void ask_for_patch(std::int64_t first, std::size_t rows, std::size_t columns,
                     const std::byte* out, std::int64_t out_stride) const;
  void ask_ahead(std::size_t before, std::size_t weight) const noexcept;

  /// Runs the calls over n elements; the result goes to `out`, or to a tile
  /// where `out` is null. Returns where it is.
  const std::byte* compute(std::size_t n, std::byte* out);

  std::byte* at(std::byte* out, std::int64_t elements) const noexcept {
    return out + elements * static_cast<std::int64_t>(width_);
  }

  tile_program program_;
  loop_nest nest_;
  std::size_t width_; ///< bytes of an element of the result
  buffer memory_;
  std::vector<tile_reader> readers_; ///< of the operands in use
  std::vector<std::size_t> numbers_; ///< their numbers
  std::vector<tile_reader::run_ahead> ahead_;
  std::vector<const std::byte*> slots_;
  bool lies_across_ = false;
  std::size_t across_ = 0; ///< axis along which that operand is contiguous
};

} // namespace tern
