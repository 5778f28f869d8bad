#include "apps/tern/language/products.hpp"

#include <numeric>

namespace tern::language {
namespace {

using axis_list = std::vector<std::int64_t>;

/// An integer n stands for the last n axes of `a` and the first n of `b`.
std::pair<axis_list, axis_list> counted_axes(const arguments& a,
                                             std::int64_t n) {
  if (n < 0 || n > static_cast<std::int64_t>(max_axes))
    a.refuse("axes", "a number of axes");
  axis_list first(static_cast<std::size_t>(n));
  std::iota(first.begin(), first.end(), 0);
  auto last = first;
  for (auto& axis : last)
    axis -= n;
  return {last, first};
}

axis_list axes_in(const arguments& a, const program_value& v) {
  if (const auto i = integer_in(v))
    return {*i};
  axis_list result;
  if (const auto* s = std::get_if<sequence_value>(&v))
    for (const auto& item : s->items)
      if (const auto i = integer_in(item))
        result.push_back(*i);
      else
        a.refuse("axes", "a pair of lists of integers");
  else
    a.refuse("axes", "an integer or a pair of lists of integers");
  return result;
}

std::pair<axis_list, axis_list> summed_axes(const arguments& a) {
  if (a.missing("axes"))
    return counted_axes(a, 2);
  const auto& v = a.any("axes");
  if (const auto n = integer_in(v))
    return counted_axes(a, *n);
  const auto* s = std::get_if<sequence_value>(&v);
  if (!s || s->items.size() != 2)
    a.refuse("axes", "an integer or a pair of lists of integers");
  return {axes_in(a, s->items[0]), axes_in(a, s->items[1])};
}

} // namespace

program_value dot_product(const arguments& a, context&) {
  return a.an_array("a").dot(a.an_array("b"));
}

program_value matrix_product(const arguments& a, context&) {
  return matmul(a.an_array("a"), a.an_array("b"));
}

program_value tensor_product(const arguments& a, context&) {
  const auto [of_a, of_b] = summed_axes(a);
  return tensordot(a.an_array("a"), a.an_array("b"), of_a, of_b);
}

program_value inner_product(const arguments& a, context&) {
  return inner(a.an_array("a"), a.an_array("b"));
}

program_value outer_product(const arguments& a, context&) {
  return outer(a.an_array("a"), a.an_array("b"));
}

program_value flat_product(const arguments& a, context&) {
  return vdot(a.an_array("a"), a.an_array("b"));
}

} // namespace tern::language
