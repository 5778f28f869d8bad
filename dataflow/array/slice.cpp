// Basic slicing. The result is cut where the blocks of the input are cut, so
// that each of its blocks is part of one block of the input, and a slice of a
// large array needs only the blocks that it touches. Slices that only add
// axes, or drop axes of extent 1, are views.

#include "dataflow/array/node.hpp"
#include "dataflow/array/view.hpp"

#include <algorithm>

namespace tern {

namespace {

/// What happens to one axis of the input.
struct axis_slice {
  std::int64_t start = 0;
  std::int64_t step = 1;
  std::int64_t extent = 0;
  bool dropped = false;

  bool is_whole(std::int64_t n) const {
    return start == 0 && step == 1 && extent == n;
  }
};

/// All of `x[...]`: axes of the input, and where new ones come in between.
struct slicing {
  std::vector<axis_slice> axes;
  std::vector<bool> added; ///< an axis of the result, true: new
};

axis_slice whole(std::int64_t n) {
  return {0, 1, n, false};
}

/// Python's `slice.indices`.
axis_slice resolve(const index_slice& s, std::int64_t n) {
  auto step = s.step.value_or(1);
  if (step == 0)
    throw expression_error("slice: the step cannot be zero");
  auto low = step < 0 ? -1 : 0;
  auto high = step < 0 ? n - 1 : n;
  auto bound = [&](std::int64_t i) {
    return i < 0 ? std::max<std::int64_t>(i < -n ? low : i + n, low)
                 : std::min<std::int64_t>(i, high);
  };
  auto start = s.start ? bound(*s.start) : step < 0 ? high : low;
  auto stop = s.stop ? bound(*s.stop) : step < 0 ? low : high;
  // one step beyond the whole axis is as good as any larger one
  step = std::clamp(step, -n - 1, n + 1);
  auto length = step < 0 ? start - stop : stop - start;
  auto stride = step < 0 ? -step : step;
  auto extent = length <= 0 ? 0 : (length - 1) / stride + 1;
  return {extent > 0 ? start : 0, extent > 1 ? step : 1, extent, false};
}

axis_slice resolve(std::int64_t i, std::size_t axis, std::int64_t n) {
  if (i < -n || i >= n)
    throw expression_error(
        "slice: index " + std::to_string(i) + " is out of bounds for axis "
        + std::to_string(axis) + " with size " + std::to_string(n));
  return {i < 0 ? i + n : i, 1, 1, true};
}

std::size_t consumed(std::span<const index_item> items, const shape& s) {
  std::size_t n = 0, ellipses = 0;
  for (auto& item : items) {
    n += std::holds_alternative<std::int64_t>(item)
         || std::holds_alternative<index_slice>(item);
    ellipses += std::holds_alternative<index_ellipsis>(item);
  }
  if (ellipses > 1)
    throw expression_error("slice: an index can have only one ellipsis");
  if (n > s.size())
    throw expression_error("slice: " + std::to_string(n)
                           + " indices for an array of shape " + to_string(s));
  return n;
}

slicing resolve(std::span<const index_item> items, const shape& s) {
  slicing result;
  auto rest = s.size() - consumed(items, s);
  auto keep = [&](axis_slice a) {
    result.axes.push_back(a);
    if (!a.dropped)
      result.added.push_back(false);
  };
  auto fill = [&] {
    for (; rest > 0; --rest)
      keep(whole(s[result.axes.size()]));
  };
  for (auto& item : items) {
    auto axis = result.axes.size();
    if (auto* i = std::get_if<std::int64_t>(&item))
      keep(resolve(*i, axis, s[axis]));
    else if (auto* range = std::get_if<index_slice>(&item))
      keep(resolve(*range, s[axis]));
    else if (std::holds_alternative<index_newaxis>(item))
      result.added.push_back(true);
    else
      fill();
  }
  fill();
  return result;
}

/// How the slice is cut: a block for each block of the input that it touches,
/// in the order of the slice.
axis_chunks cut_slice(const axis_slice& a, const axis_chunks& input) {
  axis_chunks cut;
  for (std::int64_t done = 0; done < a.extent;) {
    auto at = a.start + a.step * done;
    auto block = input.block_of(at);
    auto last = a.step > 0 ? input.start(block) + input.size(block) - 1
                           : input.start(block);
    auto here = std::min((last - at) / a.step + 1, a.extent - done);
    cut.append(1, here);
    done += here;
  }
  return cut;
}

/// Which block of the input a block of the slice lies in.
axis_map map_slice(const axis_slice& a, const axis_chunks& input,
                   const axis_chunks& cut, std::size_t axis) {
  auto own = static_cast<std::int8_t>(axis);
  auto first = input.block_of(a.start);
  if (a.dropped)
    return {axis_map::kind::same, -1, first, 1};
  auto last = input.block_of(a.start + a.step * (a.extent - 1));
  if (last - first == cut.count() - 1)
    return {axis_map::kind::same, own, first, 1};
  return {axis_map::kind::overlap, own, a.start, a.step};
}

std::string words_of(std::span<const index_item> items) {
  std::string words = "[";
  auto part = [](const std::optional<std::int64_t>& i) {
    return i ? std::to_string(*i) : std::string{};
  };
  for (std::size_t i = 0; i < items.size(); ++i) {
    words += i ? ", " : "";
    if (auto* number = std::get_if<std::int64_t>(&items[i]))
      words += std::to_string(*number);
    else if (auto* s = std::get_if<index_slice>(&items[i]))
      words += part(s->start) + ":" + part(s->stop)
               + (s->step ? ":" + part(s->step) : "");
    else
      words +=
          std::holds_alternative<index_newaxis>(items[i]) ? "newaxis" : "...";
  }
  return words + "]";
}

/// The axes for `view`, if the slice is one.
std::optional<std::vector<int>> as_view(const slicing& s, const shape& input) {
  std::vector<int> axes;
  std::size_t kept = 0;
  auto next_kept = [&] {
    while (kept < s.axes.size() && s.axes[kept].dropped)
      ++kept;
    return static_cast<int>(kept++);
  };
  for (std::size_t i = 0; i < s.axes.size(); ++i)
    if (!s.axes[i].is_whole(input[i]))
      return {};
  for (bool added : s.added)
    axes.push_back(added ? -1 : next_kept());
  return axes;
}

array empty_slice(const array& a, const slicing& s, std::string expression) {
  shape extents;
  std::size_t kept = 0;
  for (bool added : s.added) {
    while (!added && s.axes[kept].dropped)
      ++kept;
    extents.push_back(added ? 1 : s.axes[kept++].extent);
  }
  return zeros(extents, a.type()).named(std::move(expression));
}

array cut_out(const array& a, const slicing& s, std::string expression) {
  op_slice op;
  chunks cut;
  boost::container::small_vector<axis_map, 4> maps;
  std::vector<std::string> dimensions;
  std::size_t result_axis = 0;
  auto add_new = [&] {
    for (; result_axis < s.added.size() && s.added[result_axis]; ++result_axis)
      cut.push_back(axis_chunks::ones(1));
  };
  for (std::size_t i = 0; i < s.axes.size(); ++i) {
    auto& axis = s.axes[i];
    op.start.push_back(axis.start);
    op.step.push_back(axis.step);
    op.extent.push_back(axis.extent);
    op.dropped.push_back(axis.dropped);
    op.kept.push_back(cut_slice(axis, a.cut()[i]));
    if (!axis.dropped)
      add_new();
    maps.push_back(map_slice(axis, a.cut()[i], op.kept[i], result_axis));
    if (axis.dropped)
      continue;
    cut.push_back(op.kept[i]);
    ++result_axis;
    if (!a.dimensions().empty())
      dimensions.push_back(a.dimensions()[i]);
  }
  add_new();
  op.added = s.added;
  auto n =
      make_node(std::move(op), a.type(), std::move(cut), std::move(expression));
  add_input(*n, a.root(), std::move(maps));
  if (dimensions.size() == n->extents.size())
    n->dimensions = std::move(dimensions);
  return array{std::move(n)};
}

} // namespace

array array::operator[](std::span<const index_item> items) const {
  auto s = resolve(items, shape());
  if (s.added.size() > max_axes)
    throw expression_error("slice: more than " + std::to_string(max_axes)
                           + " axes");
  auto words = expression() + words_of(items);
  if (auto axes = as_view(s, shape())) {
    auto n = ndim();
    auto unchanged = axes->size() == n;
    for (std::size_t i = 0; unchanged && i < n; ++i)
      unchanged = (*axes)[i] == static_cast<int>(i);
    return unchanged ? *this : view(*this, *axes, std::move(words));
  }
  for (auto& axis : s.axes)
    if (axis.extent == 0)
      return empty_slice(*this, s, std::move(words));
  return cut_out(*this, s, std::move(words));
}

} // namespace tern
