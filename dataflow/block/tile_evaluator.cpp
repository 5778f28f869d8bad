#include "dataflow/block/tile_evaluator.hpp"

#include "dataflow/block/chunks.hpp"
#include "dataflow/block/strided_copy.hpp"

#include <algorithm>
#include <cstring>

// A tile is a run of up to 512 elements of the result. Operands are read into
// tiles or in place (tile_reader.hpp), the calls of the program run one after
// the other, and the last one writes where the result is wanted, or to a tile
// where n is not a multiple of whole vectors.
//
// If an operand lies across the result, a run would touch a line of memory for
// each of its elements, so the tile is then a patch of about 16 x 32 elements:
// 16 along the axis in which that operand is contiguous, 32 along the rows.
//
// Programs that compute much and patches both leave the processor's own
// prefetching behind, so the next tile's memory is asked for meanwhile.

namespace tern {

namespace {

constexpr std::int64_t tile_size = tile_elements;
constexpr std::int64_t patch_rows = 16;
constexpr std::size_t cache_line = 64;

/// From this weight on a program leaves the memory idle while it computes.
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
  const auto tile =
      padded(static_cast<std::size_t>(std::min(nest_.size(), tile_size)));
  for (std::size_t i = 0; i < operands.size(); ++i)
    if (program_.uses(i))
      numbers_.push_back(i);
  const auto constants = program_.constants();
  const auto own = tile_reader::memory_for(tile, program_.widest());
  const auto room = tile * program_.widest() + cache_line;
  memory_ = buffer::allocate(numbers_.size() * own
                             + (constants.size() + program_.tiles()) * room);
  auto* next = memory_.mutable_data();
  slots_.assign(operands.size() + constants.size() + program_.tiles(), nullptr);
  readers_.reserve(numbers_.size());
  for (auto i : numbers_) {
    readers_.emplace_back(operands[i], nest_, i, tile, program_.widest(), next);
    next += own;
  }
  ahead_.resize(numbers_.size());
  for (auto slot = operands.size(); slot < slots_.size(); ++slot) {
    slots_[slot] = next;
    if (const auto k = slot - operands.size(); k < constants.size())
      fill_constant(constants[k].type, constants[k].bits, next, tile);
    next += room;
  }
}

/// The first operand that is not contiguous along the rows, but along some
/// other axis, decides.
void tile_evaluator::find_across() {
  const auto inner = nest_.inner();
  for (auto i : numbers_) {
    const auto& strides = nest_.walks[i].strides;
    if (strides[inner] == 0 || strides[inner] == 1)
      continue;
    const auto found = std::find(strides.begin(), strides.begin() + inner, 1);
    if (found == strides.begin() + inner)
      continue;
    lies_across_ = true;
    across_ = static_cast<std::size_t>(found - strides.begin());
    return;
  }
}

void tile_evaluator::read(std::int64_t first, std::size_t n) {
  for (std::size_t k = 0; k < readers_.size(); ++k)
    slots_[numbers_[k]] = readers_[k].read(first, n, ahead_[k]);
}

/// Asks for the lines of the next tile, as far as a call of `weight`, after
/// calls of `before`, takes part in all the work.
void tile_evaluator::ask_ahead(std::size_t before,
                               std::size_t weight) const noexcept {
  const auto all = program_.weight();
  if (all < worth_asking)
    return;
  for (const auto& [run, bytes] : ahead_) {
    const auto lines = bytes / cache_line;
    for (auto line = lines * before / all;
         line < lines * (before + weight) / all; ++line)
      __builtin_prefetch(run + line * cache_line, 0, 2);
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
  if (!out)
    return slots_[program_.result()];
  if (calls.empty())
    std::memcpy(out, slots_[program_.result()], n * width_);
  return out;
}

const std::byte* tile_evaluator::run(std::int64_t first, std::size_t n) {
  read(first, n);
  return compute(n, nullptr);
}

void tile_evaluator::ask_for_patch(std::int64_t first, std::size_t rows,
                                   std::size_t columns, const std::byte* out,
                                   std::int64_t out_stride) const {
  for (const auto& r : readers_)
    r.ask_for_patch(first, across_, rows, columns);
  prefetch_matrix(width_, {out, out_stride, 1, rows, columns}, true);
}

void tile_evaluator::patch(std::int64_t first, std::size_t rows,
                           std::size_t columns, std::byte* out,
                           std::int64_t out_stride) {
  for (std::size_t k = 0; k < readers_.size(); ++k)
    slots_[numbers_[k]] = readers_[k].read_patch(first, across_, rows, columns);
  const auto* tile = compute(rows * columns, nullptr);
  copy_matrix(width_,
              {tile, static_cast<std::int64_t>(columns), 1, rows, columns}, out,
              static_cast<std::size_t>(out_stride));
}

/// Patches over rows of one slab, which all lie along the axis `across_`.
void tile_evaluator::slab(std::int64_t first, std::int64_t rows,
                          std::int64_t columns, std::byte* out,
                          std::int64_t out_stride) {
  const auto height = std::min(rows, std::max(patch_rows, tile_size / columns));
  const auto breadth = std::min(columns, tile_size / height);
  const auto step = nest_.steps[across_];
  for (std::int64_t row = 0; row < rows; row += height) {
    const auto h = static_cast<std::size_t>(std::min(height, rows - row));
    auto from = first + row * step;
    auto* to = at(out, row * out_stride);
    for (auto left = columns; left > 0;) {
      const auto now = std::min(breadth, left);
      const auto next = std::min(breadth, left - now);
      if (next > 0)
        ask_for_patch(from + now, h, static_cast<std::size_t>(next),
                      at(to, now), out_stride);
      patch(from, h, static_cast<std::size_t>(now), to, out_stride);
      from += now;
      to = at(to, now);
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
    out = at(out, now * out_stride);
    rows -= now;
  }
}

void tile_evaluator::fill_by_tiles(std::int64_t first, std::int64_t n,
                                   std::byte* out) {
  for (const auto end = first + n; first < end;) {
    const auto now = std::min(end - first, tile_size);
    const auto size = static_cast<std::size_t>(now);
    read(first, size);
    if (size == padded(size))
      compute(size, out);
    else
      std::memcpy(out, compute(size, nullptr), size * width_);
    out = at(out, now);
    first += now;
  }
}

void tile_evaluator::fill(std::int64_t first, std::int64_t n, std::byte* out) {
  if (!prefers_boxes())
    return fill_by_tiles(first, n, out);
  // what is left of a row, whole rows, what has begun of a row
  const auto length = row_length();
  const auto head = std::min(n, (length - first % length) % length);
  const auto rows = (n - head) / length;
  fill_by_tiles(first, head, out);
  box(first + head, rows, length, at(out, head), length);
  const auto done = head + rows * length;
  fill_by_tiles(first + done, n - done, at(out, done));
}

void tile_evaluator::fill_all(std::byte* out) {
  if (!lies_across_ || prefers_boxes())
    return fill(0, nest_.size(), out);
  // slabs for every index along the other axes
  const auto inner = nest_.inner();
  const auto slabs =
      nest_.size() / (nest_.extents[inner] * nest_.extents[across_]);
  shape others = nest_.extents;
  others[across_] = others[inner] = 1;
  for (std::int64_t k = 0; k < slabs; ++k) {
    const auto index = index_of(others, k);
    std::int64_t first = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis)
      first += index[axis] * nest_.steps[axis];
    slab(first, nest_.extents[across_], nest_.extents[inner], at(out, first),
         nest_.steps[across_]);
  }
}

} // namespace tern
