#include "apps/tern/language/layouts.hpp"

#include "apps/tern/language/language_error.hpp"
#include "apps/tern/language/literal_arrays.hpp"

#include <fmt/format.h>

namespace tern::language {
namespace {

std::vector<array> arrays(const arguments& a, std::string_view parameter) {
  const auto* s = std::get_if<sequence_value>(&a.any(parameter));
  if (!s)
    a.refuse(parameter, "a list of arrays");
  std::vector<array> result;
  for (const auto& item : s->items)
    if (const auto* x = std::get_if<array>(&item))
      result.push_back(*x);
    else if (std::holds_alternative<sequence_value>(item))
      result.push_back(literal_array(item));
    else
      a.refuse(parameter, "a list of arrays");
  return result;
}

std::int64_t axis_of(const arguments& a, std::int64_t absent = 0) {
  return a.missing("axis") ? absent : a.integer("axis");
}

array flat(const array& x) {
  return reshape(x, {-1});
}

/// Along `axis`, or in the array laid flat where none is given.
template <class F>
array along(const arguments& a, const array& x, F&& f) {
  if (!a.missing("axis"))
    return f(x, a.integer("axis"));
  return f(x.ndim() == 1 ? x : flat(x), 0);
}

array at_least_one_axis(const array& x) {
  return x.ndim() == 0 ? flat(x) : x;
}

} // namespace

program_value rechunked(const arguments& a, context& c) {
  return a.an_array("a").rechunk(a.cut("chunks", c.default_chunks));
}

program_value concatenated(const arguments& a, context&) {
  return concatenate(arrays(a, "arrays"), axis_of(a));
}

program_value stacked(const arguments& a, context&) {
  return stack(arrays(a, "arrays"), axis_of(a));
}

program_value hstacked(const arguments& a, context&) {
  auto parts = arrays(a, "arrays");
  for (auto& x : parts)
    x = at_least_one_axis(x);
  return concatenate(parts, !parts.empty() && parts[0].ndim() == 1 ? 0 : 1);
}

program_value vstacked(const arguments& a, context&) {
  auto parts = arrays(a, "arrays");
  for (auto& x : parts)
    if (x.ndim() < 2)
      x = expand_dims(at_least_one_axis(x), 0);
  return concatenate(parts, 0);
}

program_value reshaped(const arguments& a, context&) {
  // x.reshape(2, -1) and reshape(x, (2, -1))
  std::vector<std::int64_t> numbers;
  const auto* items = &a.rest();
  if (items->size() == 1)
    if (const auto* s = std::get_if<sequence_value>(&items->front()))
      items = &s->items;
  if (a.rest().empty())
    fail_type(a.call_place(), "reshape(): needs a shape");
  for (const auto& item : *items)
    if (const auto i = integer_in(item))
      numbers.push_back(*i);
    else
      fail_type(a.call_place(),
                fmt::format("reshape(): a shape is made of integers, not {}",
                            describe(item)));
  if (numbers.size() > max_axes)
    fail_type(a.call_place(),
              fmt::format("reshape(): at most {} extents", max_axes));
  return reshape(a.an_array("a"), {numbers.begin(), numbers.end()});
}

program_value raveled(const arguments& a, context&) {
  return flat(a.an_array("a"));
}

program_value expanded(const arguments& a, context&) {
  return expand_dims(a.an_array("a"), a.integer("axis"));
}

program_value squeezed(const arguments& a, context&) {
  return squeeze(a.an_array("a"), a.axes("axis"));
}

program_value broadcasted(const arguments& a, context&) {
  return broadcast_to(a.an_array("a"), a.extents("shape"));
}

program_value flipped(const arguments& a, context&) {
  return flip(a.an_array("a"), a.axes("axis"));
}

program_value rolled(const arguments& a, context&) {
  const auto x = a.an_array("a");
  const auto shift = a.integer("shift");
  if (!a.missing("axis"))
    return roll(x, shift, a.integer("axis"));
  const auto turned = roll(x.ndim() == 1 ? x : flat(x), shift, 0);
  return reshape(turned, x.shape());
}

program_value tiled(const arguments& a, context&) {
  return tile(a.an_array("a"), a.integers("reps"));
}

program_value repeated(const arguments& a, context&) {
  return along(a, a.an_array("a"), [&](const array& x, std::int64_t axis) {
    return repeat(x, a.integer("repeats"), axis);
  });
}

program_value taken(const arguments& a, context&) {
  return along(a, a.an_array("a"), [&](const array& x, std::int64_t axis) {
    return take(x, a.integers("indices"), axis);
  });
}

program_value axes_swapped(const arguments& a, context&) {
  return swapaxes(a.an_array("a"), a.integer("axis1"), a.integer("axis2"));
}

program_value axis_moved(const arguments& a, context&) {
  return moveaxis(a.an_array("a"), a.integer("source"),
                  a.integer("destination"));
}

} // namespace tern::language
