#include "apps/tern/language/evaluator.hpp"
#include "apps/tern/language/language_error.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tern::language {

std::optional<std::int64_t> evaluator::bound(const expression_ptr& e) {
  if (!e)
    return {};
  const auto v = of(*e);
  if (std::holds_alternative<none_value>(v))
    return {};
  if (const auto i = integer_in(v))
    return i;
  fail_type(e->where,
            fmt::format("a slice is made of integers, not {}", describe(v)));
}

index_item evaluator::index_of(const subscript_item& item) {
  if (item.is_slice)
    return index_slice{bound(item.start), bound(item.stop), bound(item.step)};
  return index_of(of(*item.start), item.start->where);
}

index_item evaluator::index_of(const program_value& v, place where) const {
  if (std::holds_alternative<none_value>(v))
    return index_newaxis{};
  if (std::holds_alternative<ellipsis_value>(v))
    return index_ellipsis{};
  if (const auto i = integer_in(v);
      i && !std::get_if<bool>(&std::get<scalar>(v)))
    return *i;
  if (const auto* a = std::get_if<array>(&v); a && a->ndim() == 0)
    return picked_by(*a, where).indices.front();
  fail_type(where, fmt::format("an index is an integer, a slice, newaxis, ..., "
                               "a list or an array of one axis, not {}",
                               describe(v)));
}

// -- arrays as indices --------------------------------------------------------

block evaluator::computed(const array& index, place where) const {
  if (!compute_)
    fail_type(where, "an array as an index has to be computed first, and "
                     "nothing computes here: give a list");
  auto made = compute_(index);
  if (!made)
    throw index_failure(made.error());
  return *made;
}

namespace {

/// They travel with the plan, four bytes each.
constexpr std::size_t most_picks = 4'000'000;

void check_size(const std::vector<std::int64_t>& indices, place where) {
  if (indices.size() > most_picks)
    fail_type(where, fmt::format("this index picks {} elements, and more than "
                                 "{} make too large a plan: write where(mask, "
                                 "x, 0), or nan for nansum, nanmean and the "
                                 "like",
                                 indices.size(), most_picks));
}

std::vector<std::int64_t> where_true(const block& mask) {
  std::vector<std::int64_t> out;
  const auto values = mask.values<std::uint8_t>();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != 0)
      out.push_back(static_cast<std::int64_t>(i));
  return out;
}

} // namespace

picks evaluator::picked_by(const array& index, place where) const {
  picks out;
  if (index.type() == dtype::boolean && index.ndim() == 1) {
    out.indices = where_true(computed(index, where));
    out.mask_extent = index.shape()[0];
  } else if (is_integer(index.type())) {
    const auto made = computed(index.astype(dtype::int64), where);
    const auto values = made.values<std::int64_t>();
    out.indices.assign(values.begin(), values.end());
  } else {
    fail_type(where, fmt::format("an index array is made of integers or of "
                                 "booleans, not {}",
                                 describe(index)));
  }
  check_size(out.indices, where);
  return out;
}

/// A mask for all axes: what it picks, row by row.
program_value evaluator::pick(const array& a, const array& mask,
                              place where) const {
  if (mask.shape() != a.shape())
    fail_type(where,
              fmt::format("a mask of shape {} for an array of shape {}",
                          to_string(mask.shape()), to_string(a.shape())));
  const auto indices = where_true(computed(mask, where));
  check_size(indices, where);
  return take(reshape(a, {-1}), indices, 0);
}

program_value evaluator::of(const expression& e, const subscript_form& s) {
  const auto object = of(*s.object);
  if (const auto* a = std::get_if<array>(&object))
    return located(e.where, [&] { return subscript_array(*a, s); });
  if (const auto* t = std::get_if<sequence_value>(&object))
    return subscript_sequence(*t, s, e.where);
  fail_type(e.where, fmt::format("{} has no items", describe(object)));
}

namespace {

/// A list of integers, or of booleans as a mask.
picks listed(const sequence_value& list, place where) {
  picks out;
  std::size_t masks = 0;
  for (const auto& item : list.items) {
    const auto i = integer_in(item);
    if (!i)
      fail_type(where, fmt::format("a list of indices is made of integers or "
                                   "booleans, not {}",
                                   describe(item)));
    const bool mask = std::holds_alternative<bool>(std::get<scalar>(item));
    masks += mask ? 1 : 0;
    if (!mask)
      out.indices.push_back(*i);
    else if (*i == 1)
      out.indices.push_back(
          static_cast<std::int64_t>(&item - list.items.data()));
  }
  if (masks != 0 && masks != list.items.size())
    fail_type(where, "a list of indices is made of integers or of booleans");
  if (masks != 0)
    out.mask_extent = static_cast<std::int64_t>(list.items.size());
  return out;
}

bool is_mask_of_axes(const program_value& v) {
  const auto* a = std::get_if<array>(&v);
  return a && a->type() == dtype::boolean && a->ndim() > 1;
}

} // namespace

/// One list among slices: the others first, then the list along its axis.
program_value evaluator::subscript_array(const array& a,
                                         const subscript_form& s) {
  std::vector<index_item> items;
  std::optional<picks> list;
  std::size_t place_of_list = 0;
  place where{};
  for (const auto& item : s.items) {
    if (item.is_slice) {
      items.push_back(index_of(item));
      continue;
    }
    const auto v = of(*item.start);
    const auto here = item.start->where;
    if (is_mask_of_axes(v) && s.items.size() == 1)
      return pick(a, std::get<array>(v), here);
    const auto* words = std::get_if<sequence_value>(&v);
    const auto* index = std::get_if<array>(&v);
    if (!words && !(index && index->ndim() == 1)) {
      items.push_back(index_of(v, here));
      continue;
    }
    if (list)
      fail_type(here, "only one list of indices at a time");
    list = words ? listed(*words, here) : picked_by(*index, here);
    where = here;
    place_of_list = items.size();
    items.push_back(index_slice{});
  }
  if (!list)
    return a[items];
  for (const auto& item : items)
    if (std::holds_alternative<std::int64_t>(item)
        || std::holds_alternative<index_ellipsis>(item))
      fail_type(where, "a list of indices goes with slices and newaxis only");
  const auto rest = a[items];
  const auto axis = static_cast<std::int64_t>(place_of_list);
  const auto extent = rest.shape()[place_of_list];
  if (list->mask_extent && *list->mask_extent != extent)
    fail_type(where, fmt::format("a mask of {} items for an axis of {}",
                                 *list->mask_extent, extent));
  return take(rest, list->indices, axis);
}

program_value evaluator::subscript_sequence(const sequence_value& v,
                                            const subscript_form& s,
                                            place where) {
  const auto n = static_cast<std::int64_t>(v.items.size());
  if (s.items.size() != 1)
    fail_type(where, "a tuple or list takes one index");
  const auto index = index_of(s.items.front());
  if (const auto* i = std::get_if<std::int64_t>(&index)) {
    if (*i < -n || *i >= n)
      fail_type(where, fmt::format("index {} of {} items", *i, n));
    return v.items[static_cast<std::size_t>(*i < 0 ? *i + n : *i)];
  }
  const auto* slice = std::get_if<index_slice>(&index);
  if (!slice || slice->step.value_or(1) != 1)
    fail_type(where, "a tuple or list takes an integer or a slice of step 1");
  const auto inside = [n](std::int64_t i) {
    return std::clamp<std::int64_t>(i < 0 ? std::max(i, -n) + n : i, 0, n);
  };
  const auto first = inside(slice->start.value_or(0));
  const auto last = std::max(first, inside(slice->stop.value_or(n)));
  sequence_value part{v.is_list, {}};
  part.items.assign(v.items.begin() + first, v.items.begin() + last);
  return part;
}

} // namespace tern::language
