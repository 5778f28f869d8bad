// A product of matrices is cut three ways: task (i, j, g) multiplies up to 16
// blocks of row i with those of column j and adds them; where the inner axis
// has more blocks, the groups g are summed by an ordinary reduction.

#include "dataflow/array/line_up.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

namespace tern {

namespace {

constexpr std::int64_t group_size = 16;

[[noreturn]] void refuse(const array& a, const array& b,
                         const std::string& why) {
  throw expression_error("dot: shapes " + to_string(a.shape()) + " and "
                         + to_string(b.shape()) + " " + why);
}

std::size_t inner_axis(const array& right) {
  return right.ndim() == 2 ? 0 : right.ndim() - 1;
}

/// Cuts the one with fewer inner blocks like its partner, or the source.
void agree(array& a, array& b) {
  auto& inner_a = a.cut().back();
  auto& inner_b = b.cut()[inner_axis(b)];
  if (inner_a == inner_b)
    return;
  const bool source_a = is_pure_source(*a.root());
  const bool source_b = is_pure_source(*b.root());
  if (source_a != source_b ? source_b : inner_a.count() >= inner_b.count()) {
    auto cut = b.cut();
    cut[inner_axis(b)] = inner_a;
    b = rechunk(b, std::move(cut));
  } else {
    auto cut = a.cut();
    cut.back() = inner_b;
    a = rechunk(a, std::move(cut));
  }
}

axis_map inner_map(std::int64_t groups, std::size_t axis, std::int64_t blocks) {
  if (groups == 1)
    return {axis_map::kind::group, -1, 0, blocks};
  return {axis_map::kind::group, static_cast<std::int8_t>(axis), 0, group_size};
}

} // namespace

array array::dot(const array& other) const {
  if (ndim() == 0 || other.ndim() == 0)
    return binary(opcode::multiply, *this, other);
  if (ndim() > 2 || other.ndim() > 2)
    refuse(*this, other, "have more than 2 axes");
  if (shape().back() != other.shape()[inner_axis(other)])
    refuse(*this, other,
           "do not agree: " + std::to_string(shape().back()) + " and "
               + std::to_string(other.shape()[inner_axis(other)]));
  auto words = expression() + ".dot(" + other.expression() + ")";
  auto common = promote(type(), other.type());
  auto left = *this;
  auto right = other;
  agree(left, right);
  left = left.astype(common);
  right = right.astype(common);

  auto blocks = left.cut().back().count();
  auto groups = (blocks - 1) / group_size + 1;
  tern::chunks cut;
  boost::container::small_vector<axis_map, 4> left_maps, right_maps;
  auto outer = [&](const axis_chunks& axis) {
    axis_map m;
    m.axis = static_cast<std::int8_t>(cut.size());
    cut.push_back(axis);
    return m;
  };
  if (left.ndim() == 2)
    left_maps.push_back(outer(left.cut()[0]));
  axis_map column;
  if (right.ndim() == 2)
    column = outer(right.cut()[1]);
  auto inner = inner_map(groups, cut.size(), blocks);
  left_maps.push_back(inner);
  right_maps.push_back(inner);
  if (right.ndim() == 2)
    right_maps.push_back(column);
  if (groups > 1)
    cut.push_back(axis_chunks::ones(groups));
  check_cut("dot", cut);

  auto n = make_node(op_dot{}, common, std::move(cut), words);
  add_input(*n, left.root(), std::move(left_maps));
  add_input(*n, right.root(), std::move(right_maps));
  array product{std::move(n)};
  if (groups == 1)
    return product;
  auto how = common == dtype::boolean ? reduction::any : reduction::sum;
  return product.reduce(how, std::vector<std::int64_t>{-1})
      .named(std::move(words));
}

} // namespace tern
