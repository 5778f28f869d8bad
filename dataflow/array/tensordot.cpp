// Sums over any pairs of axes, by one product of matrices: the axes that are
// summed become the columns of the left matrix and the rows of the right one.

#include "dataflow/array/functions.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

namespace {

using axis_list = std::vector<std::int64_t>;

array flat(const array& a) {
  return a.ndim() == 1 ? a : reshape(a, {-1});
}

/// Counted from the front, each once.
axis_list summed_axes(const array& a, std::span<const std::int64_t> axes) {
  axis_list result;
  for (auto axis : axes) {
    const auto i =
        static_cast<std::int64_t>(checked_axis("tensordot", axis, a.ndim()));
    if (std::find(result.begin(), result.end(), i) != result.end())
      throw expression_error("tensordot: axis " + std::to_string(axis)
                             + " is named twice");
    result.push_back(i);
  }
  return result;
}

axis_list other_axes(const array& a, const axis_list& taken) {
  axis_list result;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(a.ndim()); ++i)
    if (std::find(taken.begin(), taken.end(), i) == taken.end())
      result.push_back(i);
  return result;
}

shape extents_along(const array& a, const axis_list& axes) {
  shape s;
  for (auto i : axes)
    s.push_back(a.shape()[static_cast<std::size_t>(i)]);
  return s;
}

axis_list joined(axis_list front, const axis_list& back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

} // namespace

array tensordot(const array& a, const array& b,
                std::span<const std::int64_t> of_a,
                std::span<const std::int64_t> of_b) {
  const auto summed_a = summed_axes(a, of_a);
  const auto summed_b = summed_axes(b, of_b);
  const auto inner = extents_along(a, summed_a);
  if (inner != extents_along(b, summed_b))
    throw expression_error("tensordot: axes " + words_of(of_a) + " of shape "
                           + to_string(a.shape()) + " and axes "
                           + words_of(of_b) + " of shape "
                           + to_string(b.shape()) + " do not agree");
  const auto kept_a = other_axes(a, summed_a);
  const auto kept_b = other_axes(b, summed_b);
  auto result = extents_along(a, kept_a);
  const auto columns = extents_along(b, kept_b);
  const auto left = reshape(a.transpose(joined(kept_a, summed_a)),
                            {element_count(result), element_count(inner)});
  const auto right = reshape(b.transpose(joined(summed_b, kept_b)),
                             {element_count(inner), element_count(columns)});
  const auto product = left.dot(right);
  result.insert(result.end(), columns.begin(), columns.end());
  return reshape(product, result)
      .named(shortened("tensordot(" + a.expression() + ", " + b.expression()
                       + ")"));
}

array inner(const array& a, const array& b) {
  if (a.ndim() == 0 || b.ndim() == 0)
    return binary(opcode::multiply, a, b);
  if (a.shape().back() != b.shape().back())
    throw expression_error("inner: shapes " + to_string(a.shape()) + " and "
                           + to_string(b.shape())
                           + " do not agree along their last axes");
  const std::int64_t last[] = {-1};
  return tensordot(a, b, last, last)
      .named(
          shortened("inner(" + a.expression() + ", " + b.expression() + ")"));
}

array outer(const array& a, const array& b) {
  return binary(opcode::multiply, expand_dims(flat(a), 1), flat(b))
      .named(
          shortened("outer(" + a.expression() + ", " + b.expression() + ")"));
}

array vdot(const array& a, const array& b) {
  if (a.size() != b.size())
    throw expression_error("vdot: shapes " + to_string(a.shape()) + " and "
                           + to_string(b.shape())
                           + " have not equally many elements");
  return flat(conj(a)).dot(flat(b)).named(
      shortened("vdot(" + a.expression() + ", " + b.expression() + ")"));
}

} // namespace tern
