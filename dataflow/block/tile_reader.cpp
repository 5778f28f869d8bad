#include "dataflow/block/tile_reader.hpp"

#include "dataflow/block/source.hpp"
#include "dataflow/block/strided_copy.hpp"
#include "dataflow/block/tile_kernels.hpp"

#include <algorithm>
#include <cstring>

// An operand that lies as the result does is read where it is; one number is
// spread over a tile once; anything else is copied, piece by piece, to a tile.
//
// Kernels read whole vectors. So a block is read in place only if it goes on
// far enough, and tiles are filled up with zeros: what is in the padding has
// no influence on the elements that count.

namespace tern {

namespace {

constexpr std::size_t cache_line = 64;

/// One line more, so that tiles do not all begin at the same place in a page.
std::size_t room_for(std::size_t tile, std::size_t widest) noexcept {
  return (padded(tile) + source_slack) * widest + cache_line;
}

} // namespace

std::size_t tile_reader::memory_for(std::size_t tile,
                                    std::size_t widest) noexcept {
  return 2 * room_for(tile, widest);
}

tile_reader::tile_reader(const operand& from, const loop_nest& nest,
                         std::size_t number, std::size_t tile,
                         std::size_t widest, std::byte* memory)
  : nest_(&nest), walk_(&nest.walks[number]),
    width_(size_of(from.made ? from.made->type : from.data.type())),
    data_(from.made ? nullptr : from.data.data()), made_(from.made),
    count_(from.made ? 0 : from.data.size()), room_(memory),
    spare_(memory + room_for(tile, widest)), uniform_(walk_->uniform()),
    contiguous_(nest.contiguous(number)) {
  if (uniform_)
    copy_piece(walk_->base, 0, padded(tile), room_);
}

std::int64_t tile_reader::offset_of(std::int64_t first) const noexcept {
  auto offset = walk_->base;
  for (std::size_t axis = 0; axis < nest_->extents.size(); ++axis) {
    offset += first / nest_->steps[axis] * walk_->strides[axis];
    first %= nest_->steps[axis];
  }
  return offset;
}

const std::byte* tile_reader::in_place(std::int64_t offset,
                                       std::size_t n) const noexcept {
  if (!data_ || offset + static_cast<std::int64_t>(padded(n)) > count_)
    return nullptr;
  return address(offset);
}

const std::byte* tile_reader::pad(std::size_t n) noexcept {
  std::memset(room_ + n * width_, 0, (padded(n) - n) * width_);
  return room_;
}

/// `n` elements `stride` apart, next to each other to `to`.
void tile_reader::copy_piece(std::int64_t offset, std::int64_t stride,
                             std::size_t n, std::byte* to) {
  if (data_) {
    copy_matrix(width_, {address(offset), 0, stride, 1, n}, to, n);
  } else if (stride == 0) {
    const auto* one = read_source(*made_, offset, 1, 1, spare_);
    copy_matrix(width_, {one, 0, 0, 1, n}, to, n);
  } else {
    const auto* from = read_source(*made_, offset, stride, n, spare_);
    std::memcpy(to, from, n * width_);
  }
}

const std::byte* tile_reader::gather(std::int64_t first, std::size_t n) {
  const auto stride = walk_->strides[nest_->inner()];
  const auto length = nest_->extents[nest_->inner()];
  auto* to = room_;
  for (std::size_t left = n; left != 0;) {
    const auto offset = offset_of(first);
    const auto piece =
        std::min(static_cast<std::int64_t>(left), length - first % length);
    const auto size = static_cast<std::size_t>(piece);
    if (size == n && stride == 1)
      if (const auto* here = in_place(offset, n))
        return here;
    copy_piece(offset, stride, size, to);
    to += size * width_;
    first += piece;
    left -= size;
  }
  return pad(n);
}

const std::byte* tile_reader::read(std::int64_t first, std::size_t n,
                                   run_ahead& next) {
  if (uniform_)
    return room_;
  if (!contiguous_)
    return gather(first, n);
  if (made_)
    return read_source(*made_, walk_->base + first, 1, n, room_);
  if (const auto* here = in_place(first, n)) {
    const auto after = first + static_cast<std::int64_t>(n);
    const auto left = static_cast<std::size_t>(count_ - after);
    next = {address(after), std::min(n, left) * width_};
    return here;
  }
  std::memcpy(room_, address(first), n * width_);
  return pad(n);
}

const std::byte* tile_reader::read_patch(std::int64_t first, std::size_t across,
                                         std::size_t rows,
                                         std::size_t columns) {
  if (uniform_)
    return room_;
  const auto offset = offset_of(first);
  if (made_)
    make_patch(offset, across, rows, columns);
  else
    copy_matrix(width_,
                {address(offset), walk_->strides[across],
                 walk_->strides[nest_->inner()], rows, columns},
                room_, columns);
  return pad(rows * columns);
}

/// A patch of a source: along rows, or along columns where those are
/// contiguous, as far as one counter of random numbers gives several.
void tile_reader::make_patch(std::int64_t offset, std::size_t across,
                             std::size_t rows, std::size_t columns) {
  const auto down = walk_->strides[across];
  const auto right = walk_->strides[nest_->inner()];
  if (down != 1 || right == 1) {
    for (std::size_t row = 0; row < rows; ++row)
      copy_piece(offset + static_cast<std::int64_t>(row) * down, right, columns,
                 room_ + row * columns * width_);
    return;
  }
  for (std::size_t column = 0; column < columns; ++column) {
    const auto first = offset + static_cast<std::int64_t>(column) * right;
    const auto* from = read_source(*made_, first, 1, rows, spare_);
    copy_matrix(width_, {from, 1, 0, rows, 1}, room_ + column * width_,
                columns);
  }
}

void tile_reader::ask_for_patch(std::int64_t first, std::size_t across,
                                std::size_t rows,
                                std::size_t columns) const noexcept {
  if (data_ && !uniform_)
    prefetch_matrix(width_, {address(offset_of(first)), walk_->strides[across],
                             walk_->strides[nest_->inner()], rows, columns});
}

} // namespace tern
