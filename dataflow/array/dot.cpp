// A product of matrices is cut three ways: task (i, j, g) multiplies up to 16
// blocks of row i with those of column j and adds them; where the inner axis
// has more blocks, the groups g are summed by an ordinary reduction. A batch of
// products has its axes before these, cut alike; what broadcasts along one is
// one block for all of them.

#include "dataflow/array/line_up.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr std::int64_t group_size = 16;

using axis_maps = boost::container::small_vector<axis_map, 4>;

[[noreturn]] void refuse(std::string_view name, const array& a, const array& b,
                         const std::string& why) {
  throw expression_error(std::string{name} + ": shapes " + to_string(a.shape())
                         + " and " + to_string(b.shape()) + " " + why);
}

std::size_t inner_axis(const array& right) {
  return right.ndim() >= 2 ? right.ndim() - 2 : 0;
}

void check_inner(std::string_view name, const array& a, const array& b) {
  const auto of_a = a.shape().back();
  const auto of_b = b.shape()[inner_axis(b)];
  if (of_a != of_b)
    refuse(name, a, b,
           "do not agree: " + std::to_string(of_a) + " and "
               + std::to_string(of_b));
}

array cut_like(const array& a, std::size_t axis, const axis_chunks& like) {
  auto cut = a.cut();
  cut[axis] = like;
  return rechunk(a, std::move(cut));
}

/// Cuts the one with fewer blocks along its axis like its partner, or the
/// source.
void agree(array& a, std::size_t axis_a, array& b, std::size_t axis_b) {
  const auto of_a = a.cut()[axis_a];
  const auto of_b = b.cut()[axis_b];
  if (of_a == of_b)
    return;
  const bool source_a = is_pure_source(*a.root());
  const bool source_b = is_pure_source(*b.root());
  if (source_a != source_b ? source_b : of_a.count() >= of_b.count())
    b = cut_like(b, axis_b, of_a);
  else
    a = cut_like(a, axis_a, of_b);
}

axis_map inner_map(std::int64_t groups, std::size_t axis, std::int64_t blocks) {
  if (groups == 1)
    return {axis_map::kind::group, -1, 0, blocks};
  return {axis_map::kind::group, static_cast<std::int8_t>(axis), 0, group_size};
}

/// How a task reads its block of `a` along an axis of the batch.
axis_map batch_map(const array& a, std::size_t axis, std::int64_t extent) {
  if (a.shape()[axis] != extent)
    return {axis_map::kind::first, 0, 0, 1};
  return {axis_map::kind::same, static_cast<std::int8_t>(axis), 0, 1};
}

/// Of 1-d and 2-d arrays, or of two with equally many axes whose extents
/// before the last two are equal or 1. The inner extents agree.
array product(array left, array right, const std::string& words) {
  const auto common = promote(left.type(), right.type());
  const auto batch = left.ndim() > 2 ? left.ndim() - 2 : 0;
  agree(left, left.ndim() - 1, right, inner_axis(right));
  for (std::size_t axis = 0; axis < batch; ++axis)
    if (left.shape()[axis] == right.shape()[axis])
      agree(left, axis, right, axis);
  left = left.astype(common);
  right = right.astype(common);

  const auto blocks = left.cut().back().count();
  const auto groups = (blocks - 1) / group_size + 1;
  tern::chunks cut;
  axis_maps left_maps, right_maps;
  for (std::size_t axis = 0; axis < batch; ++axis) {
    const auto& wide = left.shape()[axis] == 1 ? right : left;
    cut.push_back(wide.cut()[axis]);
    left_maps.push_back(batch_map(left, axis, wide.shape()[axis]));
    right_maps.push_back(batch_map(right, axis, wide.shape()[axis]));
  }
  const auto outer = [&](const axis_chunks& axis) {
    axis_map m;
    m.axis = static_cast<std::int8_t>(cut.size());
    cut.push_back(axis);
    return m;
  };
  if (left.ndim() >= 2)
    left_maps.push_back(outer(left.cut()[batch]));
  axis_map column;
  if (right.ndim() >= 2)
    column = outer(right.cut().back());
  const auto inner = inner_map(groups, cut.size(), blocks);
  left_maps.push_back(inner);
  right_maps.push_back(inner);
  if (right.ndim() >= 2)
    right_maps.push_back(column);
  if (groups > 1)
    cut.push_back(axis_chunks::ones(groups));
  check_cut("dot", cut);

  auto n = make_node(op_dot{}, common, std::move(cut), words);
  add_input(*n, left.root(), std::move(left_maps));
  add_input(*n, right.root(), std::move(right_maps));
  const array parts{std::move(n)};
  if (groups == 1)
    return parts;
  const auto how = common == dtype::boolean ? reduction::any : reduction::sum;
  return parts.reduce(how, std::vector<std::int64_t>{-1}).named(words);
}

/// As many axes as `axes`, ones in front.
array with_axes(array a, std::size_t axes) {
  while (a.ndim() < axes)
    a = expand_dims(a, 0);
  return a;
}

void check_batch(const array& a, const array& b) {
  const auto common = std::min(a.ndim(), b.ndim());
  for (std::size_t i = 3; i <= common; ++i) {
    const auto of_a = a.shape()[a.ndim() - i];
    const auto of_b = b.shape()[b.ndim() - i];
    if (of_a != of_b && of_a != 1 && of_b != 1)
      refuse("matmul", a, b, "do not broadcast before their last two axes");
  }
}

array without(const array& a, std::int64_t axis) {
  return squeeze(a, std::vector<std::int64_t>{axis});
}

} // namespace

array array::dot(const array& other) const {
  if (ndim() == 0 || other.ndim() == 0)
    return binary(opcode::multiply, *this, other);
  check_inner("dot", *this, other);
  const auto words =
      shortened(expression() + ".dot(" + other.expression() + ")");
  if (ndim() <= 2 && other.ndim() <= 2)
    return product(*this, other, words);
  const std::int64_t last[] = {-1};
  const std::int64_t inner[] = {static_cast<std::int64_t>(inner_axis(other))};
  return tensordot(*this, other, last, inner).named(words);
}

array matmul(const array& a, const array& b) {
  if (a.ndim() == 0 || b.ndim() == 0)
    refuse("matmul", a, b, "have to have axes");
  check_inner("matmul", a, b);
  if (a.ndim() <= 2 && b.ndim() <= 2)
    return a.dot(b);
  const auto left = a.ndim() == 1 ? expand_dims(a, 0) : a;
  const auto right = b.ndim() == 1 ? expand_dims(b, 1) : b;
  check_batch(left, right);
  const auto axes = std::max(left.ndim(), right.ndim());
  const auto words =
      shortened("matmul(" + a.expression() + ", " + b.expression() + ")");
  auto result = product(with_axes(left, axes), with_axes(right, axes), words);
  if (a.ndim() == 1)
    result = without(result, -2);
  if (b.ndim() == 1)
    result = without(result, -1);
  return result.named(words);
}

} // namespace tern
