#include "apps/tern/language/derived_arrays.hpp"

#include "apps/tern/language/compositions.hpp"
#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/literal_arrays.hpp"
#include "apps/tern/language/sources.hpp"
#include "dataflow/array/functions.hpp"
#include "dataflow/array/operators.hpp"
#include "dataflow/array/promotion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace tern::language {
namespace {

constexpr std::int64_t most_parts = 1000;
constexpr std::int64_t most_differences = 1000; // each is a layer of the plan

/// Blocks like those of `x`; where these are ragged, like its first.
chunk_spec cut_like(const array& x) {
  chunk_spec cut;
  for (const auto& axis : x.cut())
    cut.sizes.push_back(
        std::max<std::int64_t>(1, axis.count() > 0 ? axis.size(0) : 1));
  return cut;
}

array filled_like(const arguments& a, const scalar& x) {
  const auto like = a.an_array("a");
  return full(like.shape(), x, a.type("dtype").value_or(like.type()),
              cut_like(like));
}

std::size_t axis_in(const arguments& a, const array& x, std::int64_t absent) {
  const auto n = static_cast<std::int64_t>(x.ndim());
  const auto axis = a.missing("axis") ? absent : a.integer("axis");
  if (axis < -n || axis >= n)
    a.refuse("axis", fmt::format("an axis of an array with {} axes", n));
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

/// Elements [first, last) along one axis.
array part_of(const array& x, std::size_t axis, std::int64_t first,
              std::int64_t last) {
  std::vector<index_item> items(x.ndim(), index_slice{});
  items[axis] = index_slice{first, last, {}};
  return x[items];
}

array matrix_in(const arguments& a, std::string_view parameter) {
  const auto x = a.an_array(parameter);
  if (x.ndim() != 2)
    a.refuse(parameter, "an array of two axes");
  return x;
}

/// Column minus row, for each element of a matrix like `x`.
array offset_from_diagonal(const array& x) {
  const auto cut = cut_like(x);
  const auto along = [&](std::size_t axis) {
    return arange(std::int64_t{0}, x.shape()[axis], std::int64_t{1}, {},
                  {{cut.sizes[axis]}});
  };
  return binary(opcode::subtract, along(1), expand_dims(along(0), 1));
}

std::int64_t offset_in(const arguments& a) {
  return a.missing("k") ? 0 : a.integer("k");
}

/// x where `inside`, else 0 of its dtype.
array kept(const array& inside, const array& x) {
  return where(inside, x, full({}, scalar(std::int64_t{0}), x.type()));
}

/// x where the offset from the diagonal compares to k, else 0.
array triangle(const arguments& a, opcode compare) {
  const auto x = matrix_in(a, "m");
  return kept(binary(compare, offset_from_diagonal(x), scalar(offset_in(a))),
              x);
}

/// A matrix with the elements of `x` on its diagonal.
array diagonal_matrix(const array& x) {
  const auto n = x.shape()[0];
  const auto spread = broadcast_to(x, {n, n});
  return kept(binary(opcode::equal, offset_from_diagonal(spread),
                     scalar(std::int64_t{0})),
              spread);
}

/// The elements k to the right of the diagonal.
array diagonal(const array& m, std::int64_t k) {
  const auto rows = m.shape()[0];
  const auto columns = m.shape()[1];
  k = std::clamp(k, -rows, columns);
  std::vector<std::int64_t> at;
  for (auto row = std::max<std::int64_t>(0, -k);
       row < rows && row + k < columns; ++row)
    at.push_back(row * columns + row + k);
  return take(reshape(m, {-1}), at, 0);
}

array reduced(const array& x, reduction how, const arguments& a) {
  return x.reduce(how, a.axes("axis"), a.flag("keepdims", false));
}

} // namespace

// -- sources ------------------------------------------------------------------

program_value make_array(const arguments& a, context& c) {
  return literal_array(a.any("object"), a.type("dtype"),
                       a.cut("chunks", c.default_chunks));
}

program_value make_zeros_like(const arguments& a, context&) {
  return filled_like(a, std::int64_t{0});
}

program_value make_ones_like(const arguments& a, context&) {
  return filled_like(a, std::int64_t{1});
}

program_value make_full_like(const arguments& a, context&) {
  return filled_like(a, a.number_at("fill_value"));
}

program_value make_logspace(const arguments& a, context& c) {
  const auto base = a.missing("base") ? scalar(10.0) : a.real_number_at("base");
  const auto x = binary(opcode::power, scalar(as_real(base)),
                        spaced(a, c, dtype::float64));
  return x.astype(a.type("dtype").value_or(dtype::float64));
}

program_value make_random_uniform(const arguments& a, context& c) {
  const auto unit = std::get<array>(make_random(a, c));
  const auto low = a.missing("low") ? scalar(0.0) : a.real_number_at("low");
  const auto high = a.missing("high") ? scalar(1.0) : a.real_number_at("high");
  const scalar width = as_real(high) - as_real(low);
  return binary(opcode::add, low, binary(opcode::multiply, width, unit));
}

program_value copied(const arguments& a, context&) {
  return a.an_array("a"); // arrays never change
}

// -- of one array -------------------------------------------------------------

program_value difference(const arguments& a, context&) {
  auto x = a.an_array("a");
  const auto times = a.missing("n") ? 1 : a.integer("n");
  if (x.ndim() == 0)
    a.refuse("a", "an array with axes");
  const auto axis = axis_in(a, x, -1);
  if (times < 0 || times > std::min(x.shape()[axis], most_differences))
    a.refuse("n", fmt::format("an integer from 0 to the extent of the axis, "
                              "and to {}",
                              most_differences));
  const auto how =
      x.type() == dtype::boolean ? opcode::not_equal : opcode::subtract;
  for (auto i = times; i > 0; --i) {
    const auto n = x.shape()[axis];
    x = binary(how, part_of(x, axis, 1, n),
               part_of(x, axis, 0, std::max<std::int64_t>(n - 1, 0)));
  }
  return x;
}

program_value peak_to_peak(const arguments& a, context&) {
  const auto x = a.an_array("a");
  return binary(opcode::subtract, reduced(x, reduction::max, a),
                reduced(x, reduction::min, a));
}

program_value average(const arguments& a, context&) {
  const auto x = a.an_array("a");
  if (a.missing("weights"))
    return x.reduce(reduction::mean, a.axes("axis"));
  auto weights = a.an_array("weights");
  if (weights.shape() != x.shape()) { // then one for each element of the axis
    if (weights.ndim() != 1 || a.missing("axis")
        || weights.shape()[0] != x.shape()[axis_in(a, x, 0)])
      a.refuse("weights", "of the array's shape, or of one axis, the one that "
                          "is named");
    for (auto after = axis_in(a, x, 0) + 1; after < x.ndim(); ++after)
      weights = expand_dims(weights, -1);
    weights = broadcast_to(weights, x.shape());
  }
  const auto total = binary(opcode::multiply, x, weights)
                         .reduce(reduction::sum, a.axes("axis"));
  return binary(opcode::divide, total,
                weights.reduce(reduction::sum, a.axes("axis")));
}

program_value upper_triangle(const arguments& a, context&) {
  return triangle(a, opcode::greater_equal);
}

program_value lower_triangle(const arguments& a, context&) {
  return triangle(a, opcode::less_equal);
}

program_value trace_of(const arguments& a, context&) {
  const auto k = a.missing("offset") ? 0 : a.integer("offset");
  return diagonal(matrix_in(a, "a"), k).reduce(reduction::sum, {});
}

/// A matrix with these numbers on its diagonal, or the diagonal of a matrix.
program_value diagonal_of(const arguments& a, context&) {
  const auto x = a.an_array("v");
  if (x.ndim() != 1)
    return diagonal(matrix_in(a, "v"), offset_in(a));
  if (offset_in(a) != 0)
    a.refuse("k", "0 for an array of one axis");
  return diagonal_matrix(x);
}

program_value norm_of(const arguments& a, context&) {
  const auto size = unary(opcode::absolute, a.an_array("x"));
  const auto real =
      is_inexact(size.type()) ? size : size.astype(dtype::float64);
  return unary(opcode::sqrt,
               reduced(unary(opcode::square, real), reduction::sum, a));
}

// -- of two or more -----------------------------------------------------------

program_value all_close(const arguments& a, context& c) {
  const auto close = std::get<array>(is_close(a, c));
  return close.reduce(reduction::all, {});
}

program_value arrays_equal(const arguments& a, context&) {
  const auto x = a.an_array("a1");
  const auto y = a.an_array("a2");
  if (x.shape() != y.shape())
    return scalar(false);
  return binary(opcode::equal, x, y).reduce(reduction::all, {});
}

program_value grids_of(const arguments& a, context&) {
  if (a.rest().size() != 2)
    fail_type(a.call_place(), "meshgrid(): takes two arrays of one axis");
  const auto x = literal_array(a.rest()[0]);
  const auto y = literal_array(a.rest()[1]);
  if (x.ndim() != 1 || y.ndim() != 1)
    fail_type(a.call_place(), "meshgrid(): takes two arrays of one axis");
  const shape s{y.shape()[0], x.shape()[0]};
  sequence_value pair{true, {}};
  pair.items = {broadcast_to(x, s), broadcast_to(expand_dims(y, 1), s)};
  return pair;
}

program_value split_up(const arguments& a, context&) {
  const auto x = a.an_array("ary");
  if (x.ndim() == 0)
    a.refuse("ary", "an array with axes");
  const auto axis = axis_in(a, x, 0);
  const auto n = x.shape()[axis];
  std::vector<std::int64_t> ends;
  if (const auto parts = integer_in(a.any("indices_or_sections"))) {
    if (*parts < 1 || n % *parts != 0 || *parts > most_parts)
      a.refuse("indices_or_sections",
               fmt::format("a number up to {} that divides the extent {}",
                           most_parts, n));
    for (std::int64_t i = 1; i < *parts; ++i)
      ends.push_back(n / *parts * i);
  } else {
    for (const auto at : a.integers("indices_or_sections"))
      ends.push_back(std::clamp<std::int64_t>(at < 0 ? at + n : at, 0, n));
  }
  ends.push_back(n);
  sequence_value out{true, {}};
  std::int64_t first = 0;
  for (const auto end : ends) {
    out.items.push_back(part_of(x, axis, first, std::max(first, end)));
    first = end;
  }
  return out;
}

namespace {

using border = std::pair<std::int64_t, std::int64_t>; ///< before, after

[[noreturn]] void refuse_widths(const arguments& a) {
  a.refuse("pad_width", "an integer, a pair, or a pair for each axis, of "
                        "integers of at least 0");
}

border pair_of(const arguments& a, const sequence_value& s) {
  std::vector<std::int64_t> n;
  for (const auto& item : s.items) {
    const auto i = integer_in(item);
    if (!i || *i < 0)
      refuse_widths(a);
    n.push_back(*i);
  }
  if (n.empty() || n.size() > 2)
    refuse_widths(a);
  return {n.front(), n.back()};
}

/// `1`, `(1, 2)` and `((1, 2), (0, 3))`, by axis.
std::vector<border> borders_in(const arguments& a, std::size_t axes) {
  const auto& v = a.any("pad_width");
  if (const auto n = integer_in(v); n && *n >= 0)
    return std::vector<border>(axes, {*n, *n});
  const auto* s = std::get_if<sequence_value>(&v);
  if (!s || s->items.empty())
    refuse_widths(a);
  if (integer_in(s->items.front()))
    return std::vector<border>(axes, pair_of(a, *s));
  std::vector<border> each;
  for (const auto& item : s->items)
    if (const auto* pair = std::get_if<sequence_value>(&item))
      each.push_back(pair_of(a, *pair));
  if (each.size() == 1)
    each.resize(axes, each.front());
  if (each.size() != axes)
    refuse_widths(a);
  return each;
}

} // namespace

program_value padded_with(const arguments& a, context&) {
  auto x = a.an_array("array");
  if (!a.missing("mode") && a.characters("mode") != "constant")
    a.refuse("mode", "'constant'");
  const auto fill = a.missing("constant_values")
                        ? scalar(std::int64_t{0})
                        : a.number_at("constant_values");
  const auto borders = borders_in(a, x.ndim());
  for (std::size_t axis = 0; axis < x.ndim(); ++axis) {
    std::vector<array> parts;
    const auto add = [&](std::int64_t n) {
      auto s = x.shape();
      s[axis] = n;
      if (n > 0)
        parts.push_back(full(s, fill, x.type()));
    };
    add(borders[axis].first);
    parts.push_back(x);
    add(borders[axis].second);
    x = concatenate(parts, static_cast<std::int64_t>(axis));
  }
  return x;
}

} // namespace tern::language
