// The first step of a reduction, in an order that follows from the shape.
//
// The axes of the block, without those of extent 1, become groups: neighbours
// that are both kept, or both reduced, are one axis. (Reduced axes at the end
// are joined only until a run has 512 elements, so that long rows stay rows.)
//
// Last group reduced: its elements are runs. A run is cut into leaves of 512,
// each reduced by 32 lanes. Last group kept: rows are added up, 32 to a leaf,
// element by element. Then the leaves of a run, and after that each other
// reduced group from the right, are combined in pairs: number 2k with 2k + 1,
// those with each other, and so on. So an element of n values has been through
// about 16 + 5 + log2(n / 512) roundings, or 32 + log2(n / 32).
//
// Where values come from (blocks that lie along or across, sources) changes how
// they are fetched: by tiles, rows or boxes; never the order above.

#include "dataflow/block/reduce_kernels.hpp"
#include "dataflow/block/tile_evaluator.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tern {

namespace {

struct group {
  std::int64_t extent;
  bool reduced;
};

std::vector<group> groups_of(const shape& s, const std::vector<bool>& axes) {
  std::vector<group> groups; // from the last axis to the first
  for (auto axis = s.size(); axis-- > 0;) {
    if (s[axis] == 1)
      continue;
    const bool last_run = groups.size() == 1 && groups[0].reduced;
    const bool long_run =
        last_run && groups[0].extent >= std::int64_t{leaf_elements};
    if (!groups.empty() && groups.back().reduced == axes[axis] && !long_run)
      groups.back().extent *= s[axis];
    else
      groups.push_back({s[axis], axes[axis]});
  }
  if (std::none_of(groups.begin(), groups.end(),
                   [](const group& g) { return g.reduced; }))
    groups.push_back({1, true});
  std::reverse(groups.begin(), groups.end());
  return groups;
}

std::int64_t product(const std::vector<group>& groups, std::size_t first,
                     std::size_t last) {
  std::int64_t n = 1;
  for (; first < last; ++first)
    n *= groups[first].extent;
  return n;
}

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

/// Partial results of all leaves, as an array over `groups` a component.
class leaf_array {
public:
  leaf_array(reduction r, dtype partial, std::vector<group> over)
    : groups(std::move(over)), components_(components(r)),
      width_(size_of(partial)), size_(product(groups, 0, groups.size())),
      memory_(buffer::allocate(components_ * width_
                               * static_cast<std::size_t>(size_))) {}

  std::vector<group> groups;

  partials at(std::int64_t i) {
    return {memory_.mutable_data() + static_cast<std::size_t>(i) * width_,
            static_cast<std::size_t>(size_)};
  }

  /// Combines along group `g` in pairs; its extent is 1 after that.
  void collapse(std::size_t g, decltype(reduce_kernels::merge) merge) {
    const auto outer = product(groups, 0, g);
    const auto extent = groups[g].extent;
    const auto inner = product(groups, g + 1, groups.size());
    const auto n = static_cast<std::size_t>(inner);
    for (std::int64_t o = 0; o < outer; ++o)
      for (std::int64_t step = 1; step < extent; step *= 2)
        for (std::int64_t k = 0; k + step < extent; k += 2 * step)
          merge(at((o * extent + k) * inner),
                at((o * extent + k + step) * inner), n);
    close_up(outer, extent, inner);
    groups[g].extent = 1;
  }

  void copy_to(std::byte* out) const {
    std::memcpy(out, memory_.data(),
                components_ * width_ * static_cast<std::size_t>(size_));
  }

private:
  /// Moves what is at index 0 of an axis of `extent` together.
  void close_up(std::int64_t outer, std::int64_t extent, std::int64_t inner) {
    if (extent == 1)
      return;
    const auto bytes = static_cast<std::size_t>(inner) * width_;
    auto* base = memory_.mutable_data();
    auto* to = base;
    const auto count = static_cast<std::int64_t>(components_) * outer;
    for (std::int64_t k = 0; k < count; ++k, to += bytes)
      std::memmove(to, base + static_cast<std::size_t>(k * extent) * bytes,
                   bytes);
    size_ = outer * inner;
  }

  std::size_t components_;
  std::size_t width_;
  std::int64_t size_;
  buffer memory_;
};

/// Runs of `length` elements, `count` of them, one after the other; run i has
/// its leaves at i * ceil(length / 512).
class run_reducer {
public:
  run_reducer(tile_evaluator& values, const reduce_kernels& kernels,
              leaf_array& out, std::int64_t count, std::int64_t length)
    : values_(values), kernels_(kernels), out_(out), count_(count),
      length_(length), leaves_(ceil_div(length, leaf)),
      width_(static_cast<std::int64_t>(size_of(values.type()))) {}

  void reduce() {
    if (!values_.prefers_boxes())
      by_tiles();
    else if (values_.row_length() == length_ && length_ >= leaf)
      by_boxes();
    else
      by_panels();
  }

private:
  static constexpr std::int64_t leaf = leaf_elements;
  static constexpr std::int64_t box_rows = 16;

  void reduce_leaf(const std::byte* from, std::int64_t n, std::int64_t run,
                   std::int64_t number) {
    kernels_.leaf(from, static_cast<std::size_t>(n),
                  out_.at(run * leaves_ + number));
  }

  void by_tiles() {
    const auto together = std::max<std::int64_t>(1, leaf / length_);
    if (length_ <= leaf) {
      for (std::int64_t run = 0; run < count_; run += together)
        short_runs(run, std::min(together, count_ - run));
      return;
    }
    for (std::int64_t run = 0; run < count_; ++run)
      for (std::int64_t k = 0; k < leaves_; ++k) {
        const auto n = std::min(leaf, length_ - k * leaf);
        reduce_leaf(
            values_.run(run * length_ + k * leaf, static_cast<std::size_t>(n)),
            n, run, k);
      }
  }

  void short_runs(std::int64_t run, std::int64_t n) {
    const auto* from =
        values_.run(run * length_, static_cast<std::size_t>(n * length_));
    for (std::int64_t i = 0; i < n; ++i)
      reduce_leaf(from + i * length_ * width_, length_, run + i, 0);
  }

  /// Runs are the rows that the evaluator wants several of at a time.
  void by_boxes() {
    auto room =
        buffer::allocate(static_cast<std::size_t>(box_rows * leaf * width_));
    for (std::int64_t run = 0; run < count_; run += box_rows)
      for (std::int64_t k = 0; k < leaves_; ++k) {
        const auto rows = std::min(box_rows, count_ - run);
        const auto n = std::min(leaf, length_ - k * leaf);
        values_.box(run * length_ + k * leaf, rows, n, room.mutable_data(),
                    leaf);
        for (std::int64_t i = 0; i < rows; ++i)
          reduce_leaf(room.data() + i * leaf * width_, n, run + i, k);
      }
  }

  /// Runs are parts of rows, or several rows: as many elements as make some
  /// rows, whole runs or whole leaves.
  void by_panels() {
    const auto wish =
        std::max<std::int64_t>(box_rows * values_.row_length(), 16 * leaf);
    const auto runs = std::max<std::int64_t>(1, wish / length_);
    const auto most =
        length_ <= wish ? runs * length_ : ceil_div(wish, leaf) * leaf;
    auto room = buffer::allocate(static_cast<std::size_t>(most * width_));
    if (length_ <= wish) {
      for (std::int64_t run = 0; run < count_; run += runs)
        panel(run, 0, std::min(runs, count_ - run), length_, room);
      return;
    }
    for (std::int64_t run = 0; run < count_; ++run)
      for (std::int64_t at = 0; at < length_; at += most)
        panel(run, at, 1, std::min(most, length_ - at), room);
  }

  void panel(std::int64_t run, std::int64_t start, std::int64_t runs,
             std::int64_t n, buffer& room) {
    values_.fill(run * length_ + start, runs * n, room.mutable_data());
    for (std::int64_t i = 0; i < runs; ++i)
      for (std::int64_t at = 0; at < n; at += leaf)
        reduce_leaf(room.data() + (i * n + at) * width_, std::min(leaf, n - at),
                    run + i, (start + at) / leaf);
  }

  tile_evaluator& values_;
  const reduce_kernels& kernels_;
  leaf_array& out_;
  std::int64_t count_;
  std::int64_t length_;
  std::int64_t leaves_;
  std::int64_t width_;
};

/// `count` stacks of `rows` rows of `length` elements; stack i, leaf k of 32
/// rows, has its partial results at (i * leaves + k) * length.
class row_reducer {
public:
  row_reducer(tile_evaluator& values, const reduce_kernels& kernels,
              leaf_array& out, std::int64_t count, std::int64_t rows,
              std::int64_t length)
    : values_(values), kernels_(kernels), out_(out), count_(count), rows_(rows),
      length_(length), leaves_(ceil_div(rows, leaf)),
      width_(static_cast<std::int64_t>(size_of(values.type()))) {
    if (!values.prefers_boxes())
      return;
    panel_rows_ = std::min(
        leaf, std::max<std::int64_t>(box_rows, panel_elements / length));
    panel_ = buffer::allocate(static_cast<std::size_t>(
        width_ * panel_rows_ * (as_boxes() ? tile : length)));
  }

  void reduce() {
    for (std::int64_t stack = 0; stack < count_; ++stack)
      for (std::int64_t k = 0; k < leaves_; ++k)
        reduce_leaf(stack, k);
  }

private:
  static constexpr std::int64_t leaf = leaf_rows;
  static constexpr std::int64_t tile = tile_elements;
  static constexpr std::int64_t box_rows = 16;
  static constexpr std::int64_t panel_elements = 1 << 14;

  bool as_boxes() const {
    return values_.row_length() == length_ && length_ > tile;
  }

  void reduce_leaf(std::int64_t stack, std::int64_t k) {
    const auto end = std::min(rows_, (k + 1) * leaf);
    const auto to = (stack * leaves_ + k) * length_;
    const auto first = (stack * rows_ + k * leaf) * length_;
    const auto n = end - k * leaf;
    if (!values_.prefers_boxes())
      by_tiles(first, n, to);
    else if (as_boxes())
      by_boxes(first, n, to);
    else
      by_panels(first, n, to);
  }

  void add(const std::byte* from, std::int64_t n, std::int64_t before,
           std::int64_t to) {
    kernels_.row(from, static_cast<std::size_t>(n),
                 static_cast<std::size_t>(before), out_.at(to));
  }

  void by_tiles(std::int64_t first, std::int64_t rows, std::int64_t to) {
    const auto together = std::max<std::int64_t>(1, tile / length_);
    if (length_ > tile) {
      for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t at = 0; at < length_; at += tile) {
          const auto n = std::min(tile, length_ - at);
          add(values_.run(first + row * length_ + at,
                          static_cast<std::size_t>(n)),
              n, row, to + at);
        }
      return;
    }
    for (std::int64_t row = 0; row < rows; row += together) {
      const auto now = std::min(together, rows - row);
      const auto* from = values_.run(first + row * length_,
                                     static_cast<std::size_t>(now * length_));
      for (std::int64_t i = 0; i < now; ++i)
        add(from + i * length_ * width_, length_, row + i, to);
    }
  }

  void by_boxes(std::int64_t first, std::int64_t rows, std::int64_t to) {
    for (std::int64_t at = 0; at < length_; at += tile) {
      const auto n = std::min(tile, length_ - at);
      for (std::int64_t row = 0; row < rows; row += panel_rows_) {
        const auto now = std::min(panel_rows_, rows - row);
        values_.box(first + row * length_ + at, now, n, panel_.mutable_data(),
                    tile);
        for (std::int64_t i = 0; i < now; ++i)
          add(panel_.data() + i * tile * width_, n, row + i, to + at);
      }
    }
  }

  void by_panels(std::int64_t first, std::int64_t rows, std::int64_t to) {
    for (std::int64_t row = 0; row < rows; row += panel_rows_) {
      const auto now = std::min(panel_rows_, rows - row);
      values_.fill(first + row * length_, now * length_, panel_.mutable_data());
      for (std::int64_t i = 0; i < now; ++i)
        add(panel_.data() + i * length_ * width_, length_, row + i, to);
    }
  }

  tile_evaluator& values_;
  const reduce_kernels& kernels_;
  leaf_array& out_;
  std::int64_t count_;
  std::int64_t rows_;
  std::int64_t length_;
  std::int64_t leaves_;
  std::int64_t width_;
  std::int64_t panel_rows_ = 0;
  buffer panel_;
};

/// First all leaves, then what is left of the reduced groups.
leaf_array reduce_all(reduction r, dtype partial, tile_evaluator& values,
                      const reduce_kernels& kernels,
                      std::vector<group> groups) {
  const auto last = groups.size() - 1;
  const auto length = groups[last].extent;
  if (groups[last].reduced) {
    groups[last].extent =
        ceil_div(length, static_cast<std::int64_t>(leaf_elements));
    leaf_array out(r, partial, groups);
    run_reducer(values, kernels, out, product(groups, 0, last), length)
        .reduce();
    return out;
  }
  const auto rows = groups[last - 1].extent;
  groups[last - 1].extent =
      ceil_div(rows, static_cast<std::int64_t>(leaf_rows));
  leaf_array out(r, partial, groups);
  row_reducer(values, kernels, out, product(groups, 0, last - 1), rows, length)
      .reduce();
  return out;
}

shape partial_shape(reduction r, const shape& s,
                    const std::vector<bool>& axes) {
  shape out(s.size() + 1);
  out[0] = static_cast<std::int64_t>(components(r));
  for (std::size_t axis = 0; axis < s.size(); ++axis)
    out[axis + 1] = axes[axis] ? 1 : s[axis];
  return out;
}

program as_type(program code, dtype type) {
  if (code.type() == type)
    return code;
  const auto last = static_cast<std::uint16_t>(code.steps.size() - 1);
  code.steps.push_back({.op = opcode::cast, .type = type, .a = last});
  return code;
}

} // namespace

block reduce_chunk(reduction r, const program& code,
                   std::span<const operand> operands, const shape& s,
                   const std::vector<bool>& axes) {
  if (axes.size() != s.size())
    throw std::invalid_argument("a reduction of shape " + to_string(s)
                                + " with " + std::to_string(axes.size())
                                + " axis flags");
  if (code.steps.empty())
    throw std::invalid_argument("a program without steps");
  const auto type = reduced_as(r, code.type());
  const auto& kernels = find_reduce_kernels(r, type);
  const auto partial = partial_type(r, code.type());
  block_builder out(partial, partial_shape(r, s, axes));
  if (element_count(s) == 0) {
    const auto n = static_cast<std::size_t>(out.size()) / components(r);
    kernels.clear({out.data(), n}, n);
    return out.finish();
  }
  tile_evaluator values(as_type(code, type), operands, s);
  auto leaves = reduce_all(r, partial, values, kernels, groups_of(s, axes));
  for (auto g = leaves.groups.size(); g-- > 0;)
    if (leaves.groups[g].reduced)
      leaves.collapse(g, kernels.merge);
  leaves.copy_to(out.data());
  return out.finish();
}

} // namespace tern
