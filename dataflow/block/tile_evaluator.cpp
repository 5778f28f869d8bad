#include "dataflow/block/tile_evaluator.hpp"

#include "dataflow/block/chunks.hpp"
#include "dataflow/block/source.hpp"
#include "dataflow/block/strided_copy.hpp"

#include <algorithm>
#include <cstring>

// A tile is a run of up to 512 elements of the result. An operand that lies as
// the result does is read where it is; one number is spread over a tile once;
// anything else is copied, piece by piece, to a tile of its own.
//
// If an operand lies across the result, a run would touch a line of memory for
// each of its elements, so the tile is then a patch of about 16 x 32 elements:
// 16 along the axis in which that operand is contiguous, 32 along the rows.
//
// Kernels work on whole vectors. Where n is not a multiple of them, operands
// are read in place only if the block goes on far enough, and the last call
// writes to a tile first. What lies in the padding has no influence.

namespace tern {

namespace {

constexpr std::int64_t patch_rows = 16;
constexpr std::size_t cache_line = 64;

/// From this weight on a program leaves the memory idle while it computes, so
/// the lines of the next tile are asked for meanwhile.
constexpr std::size_t worth_asking = 8;

std::vector<dtype> types_of(std::span<const operand> operands) {
  std::vector<dtype> types;
  types.reserve(operands.size());
  for (const auto& o : operands)
    types.push_back(o.made   ? o.made->type
                    : o.data ? o.data.type()
                             : dtype::float64);
  return types;
}

} // namespace

tile_evaluator::tile_evaluator(const program& code,
                               std::span<const operand> operands,
                               const shape& s)
  : program_(code, types_of(operands)), nest_(make_loop_nest(operands, s)),
    width_(size_of(program_.type())) {
  lay_out(operands);
  find_across();
}

void tile_evaluator::lay_out(std::span<const operand> operands) {
  const auto tile = padded(static_cast<std::size_t>(
      std::min<std::int64_t>(nest_.size(), tile_elements)));
  // one line more, so that tiles do not all begin at the same place in a page
  const auto room = (tile + source_slack) * 8 + cache_line;
  const auto slots = operands.size() + program_.constants().size();
  memory_ =
      buffer::allocate((slots + operands.size() + program_.tiles()) * room);
  auto* next = memory_.mutable_data();
  auto take = [&] {
    return std::exchange(next, next + room);
  };
  slots_.assign(slots + program_.tiles(), nullptr);
  readers_.resize(operands.size());
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const auto& o = operands[i];
    const auto type = o.made ? o.made->type : o.data.type();
    const auto& walk = nest_.walks[i];
    readers_[i] = {size_of(type),  o.made ? nullptr : o.data.data(),
                   o.made,         o.made ? 0 : o.data.size(),
                   take(),         take(),
                   walk.uniform(), nest_.contiguous(i)};
    slots_[i] = readers_[i].room;
    if (readers_[i].uniform && program_.uses(i))
      make_uniform(i);
  }
  auto slot = operands.size();
  for (const auto& c : program_.constants()) {
    auto* to = take();
    fill_constant(c.type, c.value, to, tile);
    slots_[slot++] = to;
  }
  for (; slot < slots_.size(); ++slot)
    slots_[slot] = take();
}

void tile_evaluator::make_uniform(std::size_t i) {
  const auto& r = readers_[i];
  const auto tile = padded(static_cast<std::size_t>(
      std::min<std::int64_t>(nest_.size(), tile_elements)));
  const auto* one =
      r.made ? read_source(*r.made, nest_.walks[i].base, 1, 1, r.spare)
             : r.data;
  copy_matrix(r.width, {one, 0, 0, 1, tile}, r.room, tile);
}

/// The first operand that is not contiguous along the rows, but along some
/// other axis, decides.
void tile_evaluator::find_across() {
  const auto inner = nest_.inner();
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    const auto& strides = nest_.walks[i].strides;
    if (!program_.uses(i) || strides[inner] == 0 || strides[inner] == 1)
      continue;
    for (std::size_t axis = 0; axis < inner; ++axis)
      if (strides[axis] == 1) {
        across_ = static_cast<int>(axis);
        return;
      }
  }
}

std::int64_t tile_evaluator::offset_of(std::size_t i,
                                       std::int64_t first) const noexcept {
  const auto& w = nest_.walks[i];
  auto offset = w.base;
  for (std::size_t axis = 0; axis < nest_.extents.size(); ++axis) {
    offset += first / nest_.steps[axis] * w.strides[axis];
    first %= nest_.steps[axis];
  }
  return offset;
}

const std::byte* tile_evaluator::in_place(const reader& r, std::int64_t offset,
                                          std::size_t n) const {
  if (!r.data || offset + static_cast<std::int64_t>(padded(n)) > r.count)
    return nullptr;
  return r.data + static_cast<std::size_t>(offset) * r.width;
}

/// `n` elements `stride` apart, next to each other to `to`.
void tile_evaluator::copy_piece(const reader& r, std::int64_t offset,
                                std::int64_t stride, std::size_t n,
                                std::byte* to) {
  if (r.data) {
    const auto* from = r.data + offset * static_cast<std::int64_t>(r.width);
    copy_matrix(r.width, {from, 0, stride, 1, n}, to, n);
  } else if (stride == 0) {
    const auto* one = read_source(*r.made, offset, 1, 1, r.spare);
    copy_matrix(r.width, {one, 0, 0, 1, n}, to, n);
  } else {
    const auto* from = read_source(*r.made, offset, stride, n, r.spare);
    std::memcpy(to, from, n * r.width);
  }
}

const std::byte* tile_evaluator::gather(std::size_t i, std::int64_t first,
                                        std::size_t n) {
  const auto& r = readers_[i];
  const auto inner = nest_.inner();
  const auto stride = nest_.walks[i].strides[inner];
  const auto length = nest_.extents[inner];
  auto* to = r.room;
  for (std::size_t left = n; left != 0;) {
    const auto offset = offset_of(i, first);
    const auto piece =
        std::min(static_cast<std::int64_t>(left), length - first % length);
    const auto size = static_cast<std::size_t>(piece);
    if (size == n && stride == 1)
      if (const auto* here = in_place(r, offset, n))
        return here;
    copy_piece(r, offset, stride, size, to);
    to += size * r.width;
    first += piece;
    left -= size;
  }
  std::memset(to, 0, (padded(n) - n) * r.width);
  return r.room;
}

const std::byte* tile_evaluator::read(std::size_t i, std::int64_t first,
                                      std::size_t n) {
  const auto& r = readers_[i];
  if (r.uniform)
    return r.room;
  if (!r.contiguous)
    return gather(i, first, n);
  if (r.made) {
    const auto* from =
        read_source(*r.made, nest_.walks[i].base + first, 1, n, r.room);
    return from;
  }
  if (const auto* here = in_place(r, first, n)) {
    expect(r, first + static_cast<std::int64_t>(n), n);
    return here;
  }
  std::memcpy(r.room, r.data + static_cast<std::size_t>(first) * r.width,
              n * r.width);
  std::memset(r.room + n * r.width, 0, (padded(n) - n) * r.width);
  return r.room;
}

/// Remembers that the next tile will read these elements.
void tile_evaluator::expect(const reader& r, std::int64_t first,
                            std::size_t n) {
  if (program_.weight() < worth_asking)
    return;
  const auto left = std::max<std::int64_t>(0, r.count - first);
  const auto count = std::min(left, static_cast<std::int64_t>(n));
  expected_.push_back({r.data + static_cast<std::size_t>(first) * r.width,
                       static_cast<std::size_t>(count) * r.width});
}

/// Asks for the lines of what is expected, as far as a call of `weight`, after
/// calls of `before`, takes part in all the work.
void tile_evaluator::ask_ahead(std::size_t before, std::size_t weight) const {
  const auto all = program_.weight();
  for (const auto& [at, bytes] : expected_) {
    const auto lines = bytes / cache_line;
    for (auto line = lines * before / all;
         line < lines * (before + weight) / all; ++line)
      __builtin_prefetch(at + line * cache_line, 0, 2);
  }
}

const std::byte* tile_evaluator::compute(std::size_t n, std::byte* out) {
  const auto calls = program_.calls();
  std::size_t before = 0;
  for (std::size_t k = 0; k < calls.size(); ++k) {
    const auto& c = calls[k];
    auto* to = const_cast<std::byte*>(slots_[c.out]);
    if (out && k + 1 == calls.size())
      to = out;
    ask_ahead(before, c.weight);
    before += c.weight;
    c.run(slots_[c.in[0]], slots_[c.in[1]], slots_[c.in[2]], to, n);
  }
  expected_.clear();
  if (!out)
    return slots_[program_.result()];
  if (calls.empty())
    std::memcpy(out, slots_[program_.result()], n * width_);
  return out;
}

const std::byte* tile_evaluator::run(std::int64_t first, std::size_t n) {
  for (std::size_t i = 0; i < readers_.size(); ++i)
    if (program_.uses(i))
      slots_[i] = read(i, first, n);
  return compute(n, nullptr);
}

void tile_evaluator::read_patch(std::size_t i, std::int64_t offset,
                                std::size_t rows, std::size_t columns) {
  const auto& r = readers_[i];
  const auto& w = nest_.walks[i];
  slots_[i] = r.room;
  if (r.uniform)
    return;
  if (!r.data)
    return make_patch(r, w, offset, rows, columns);
  const auto* from = r.data + offset * static_cast<std::int64_t>(r.width);
  copy_matrix(
      r.width,
      {from, w.strides[across_], w.strides[nest_.inner()], rows, columns},
      r.room, columns);
}

/// A patch of a source: along rows, or along columns where those are
/// contiguous, as far as one counter of random numbers gives several.
void tile_evaluator::make_patch(const reader& r, const loop_nest::walk& w,
                                std::int64_t offset, std::size_t rows,
                                std::size_t columns) {
  const auto down = w.strides[across_];
  const auto right = w.strides[nest_.inner()];
  if (down != 1 || right == 1) {
    for (std::size_t row = 0; row < rows; ++row)
      copy_piece(r, offset + static_cast<std::int64_t>(row) * down, right,
                 columns, r.room + row * columns * r.width);
    return;
  }
  for (std::size_t column = 0; column < columns; ++column) {
    const auto first = offset + static_cast<std::int64_t>(column) * right;
    const auto* from = read_source(*r.made, first, 1, rows, r.spare);
    copy_matrix(r.width, {from, 1, 0, rows, 1}, r.room + column * r.width,
                columns);
  }
}

/// Asks for what a patch will read and write, since no pattern that the
/// processor follows by itself leads there.
void tile_evaluator::ask_for_patch(std::int64_t first, std::size_t rows,
                                   std::size_t columns, const std::byte* out,
                                   std::int64_t out_stride) const {
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    const auto& r = readers_[i];
    if (!r.data || r.uniform || !program_.uses(i))
      continue;
    const auto& strides = nest_.walks[i].strides;
    const auto* from =
        r.data + offset_of(i, first) * static_cast<std::int64_t>(r.width);
    prefetch_matrix(r.width, {from, strides[across_], strides[nest_.inner()],
                              rows, columns});
  }
  prefetch_matrix(width_, {out, out_stride, 1, rows, columns}, true);
}

void tile_evaluator::patch(std::int64_t first, std::size_t rows,
                           std::size_t columns, std::byte* out,
                           std::int64_t out_stride) {
  const auto n = rows * columns;
  for (std::size_t i = 0; i < readers_.size(); ++i)
    if (program_.uses(i)) {
      read_patch(i, offset_of(i, first), rows, columns);
      if (!readers_[i].uniform)
        std::memset(readers_[i].room + n * readers_[i].width, 0,
                    (padded(n) - n) * readers_[i].width);
    }
  const auto* tile = compute(n, nullptr);
  copy_matrix(width_,
              {tile, static_cast<std::int64_t>(columns), 1, rows, columns}, out,
              static_cast<std::size_t>(out_stride));
}

/// Patches over rows of one slab, which all lie along the axis `across_`.
void tile_evaluator::slab(std::int64_t first, std::int64_t rows,
                          std::int64_t columns, std::byte* out,
                          std::int64_t out_stride) {
  constexpr auto tile = static_cast<std::int64_t>(tile_elements);
  const auto height = std::min(rows, std::max(patch_rows, tile / columns));
  const auto breadth = std::min(columns, tile / height);
  const auto step = nest_.steps[across_];
  const auto width = static_cast<std::int64_t>(width_);
  for (std::int64_t row = 0; row < rows; row += height) {
    const auto h = static_cast<std::size_t>(std::min(height, rows - row));
    auto from = first + row * step;
    auto* to = out + row * out_stride * width;
    for (auto left = columns; left > 0;) {
      const auto now = std::min(breadth, left);
      const auto next = std::min(breadth, left - now);
      if (next > 0)
        ask_for_patch(from + now, h, static_cast<std::size_t>(next),
                      to + now * width, out_stride);
      patch(from, h, static_cast<std::size_t>(now), to, out_stride);
      from += now;
      to += now * width;
      left -= now;
    }
  }
}

void tile_evaluator::box(std::int64_t first, std::int64_t rows,
                         std::int64_t columns, std::byte* out,
                         std::int64_t out_stride) {
  const auto step = nest_.steps[across_];
  const auto extent = nest_.extents[across_];
  while (rows > 0) {
    const auto left = extent - first / step % extent;
    const auto now = std::min(rows, left);
    slab(first, now, columns, out, out_stride);
    first += now * step; // rows of the next slab follow
    out += now * out_stride * static_cast<std::int64_t>(width_);
    rows -= now;
  }
}

void tile_evaluator::fill(std::int64_t first, std::int64_t n, std::byte* out) {
  const auto width = static_cast<std::int64_t>(width_);
  auto pieces = [&](std::int64_t count) {
    for (const auto end = first + count; first < end;) {
      const auto now = std::min<std::int64_t>(end - first, tile_elements);
      const auto size = static_cast<std::size_t>(now);
      for (std::size_t i = 0; i < readers_.size(); ++i)
        if (program_.uses(i))
          slots_[i] = read(i, first, size);
      if (size == padded(size))
        compute(size, out);
      else
        std::memcpy(out, compute(size, nullptr), size * width_);
      out += now * width;
      first += now;
    }
  };
  if (prefers_boxes()) {
    const auto length = row_length();
    const auto head = std::min(n, (length - first % length) % length);
    pieces(head);
    const auto rows = (n - head) / length;
    if (rows > 0) {
      box(first, rows, length, out, length);
      first += rows * length;
      out += rows * length * width;
    }
    n -= head + rows * length;
  }
  pieces(n);
}

void tile_evaluator::fill_all(std::byte* out) {
  if (across_ < 0 || prefers_boxes())
    return fill(0, nest_.size(), out);
  // slabs for every index along the other axes
  const auto inner = nest_.inner();
  const auto across = static_cast<std::size_t>(across_);
  const auto slabs =
      nest_.size() / (nest_.extents[inner] * nest_.extents[across]);
  shape others = nest_.extents;
  others[across] = others[inner] = 1;
  for (std::int64_t k = 0; k < slabs; ++k) {
    const auto index = index_of(others, k);
    std::int64_t first = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis)
      first += index[axis] * nest_.steps[axis];
    slab(first, nest_.extents[across], nest_.extents[inner],
         out + first * static_cast<std::int64_t>(width_), nest_.steps[across]);
  }
}

} // namespace tern
