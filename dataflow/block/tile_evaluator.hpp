#pragma once

#include "dataflow/block/loop_nest.hpp"
#include "dataflow/block/tile_program.hpp"
#include "serialization/buffer.hpp"

#include <boost/container/small_vector.hpp>

#include <cstdint>
#include <span>

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
    return across_ >= 0
           && static_cast<std::size_t>(across_) + 1 == nest_.inner();
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
  struct reader {
    std::size_t width = 0;
    const std::byte* data = nullptr; ///< null: `made`
    const source* made = nullptr;
    std::int64_t count = 0;     ///< elements at `data`
    std::byte* room = nullptr;  ///< a tile of its own
    std::byte* spare = nullptr; ///< a second one, for sources
    bool uniform = false;       ///< `room` holds it, for good
    bool contiguous = false;
  };

  void lay_out(std::span<const operand> operands);
  void find_across();
  void make_uniform(std::size_t i);

  const std::byte* read(std::size_t i, std::int64_t first, std::size_t n);
  const std::byte* in_place(const reader& r, std::int64_t offset,
                            std::size_t n) const;
  const std::byte* gather(std::size_t i, std::int64_t first, std::size_t n);
  void copy_piece(const reader& r, std::int64_t offset, std::int64_t stride,
                  std::size_t n, std::byte* to);
  void read_patch(std::size_t i, std::int64_t offset, std::size_t rows,
                  std::size_t columns);
  void make_patch(const reader& r, const loop_nest::walk& w,
                  std::int64_t offset, std::size_t rows, std::size_t columns);
  void ask_for_patch(std::int64_t first, std::size_t rows, std::size_t columns,
                     const std::byte* out, std::int64_t out_stride) const;
  void patch(std::int64_t first, std::size_t rows, std::size_t columns,
             std::byte* out, std::int64_t out_stride);
  void slab(std::int64_t first, std::int64_t rows, std::int64_t columns,
            std::byte* out, std::int64_t out_stride);
  std::int64_t offset_of(std::size_t i, std::int64_t first) const noexcept;

  void expect(const reader& r, std::int64_t first, std::size_t n);
  void ask_ahead(std::size_t before, std::size_t weight) const;

  /// Runs the calls over n elements; the result goes to `out`, or to a tile
  /// where `out` is null. Returns where it is.
  const std::byte* compute(std::size_t n, std::byte* out);

  tile_program program_;
  loop_nest nest_;
  buffer memory_;
  boost::container::small_vector<reader, 4> readers_;
  boost::container::small_vector<const std::byte*, 16> slots_;
  boost::container::small_vector<std::pair<const std::byte*, std::size_t>, 4>
      expected_;
  int across_ = -1; ///< axis along which an operand that lies across runs
  std::size_t width_;
};

} // namespace tern
