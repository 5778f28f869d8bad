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
  const auto v = of(*item.start);
  if (std::holds_alternative<none_value>(v))
    return index_newaxis{};
  if (std::holds_alternative<ellipsis_value>(v))
    return index_ellipsis{};
  if (const auto i = integer_in(v);
      i && !std::get_if<bool>(&std::get<scalar>(v)))
    return *i;
  if (const auto* a = std::get_if<array>(&v); a && a->type() == dtype::boolean)
    fail_type(item.start->where,
              "how many elements an array of booleans picks is not known "
              "before it is computed: write where(mask, x, 0), or nan for "
              "nansum, nanmean and the like, or give a list of booleans");
  fail_type(item.start->where,
            fmt::format("an index is an integer, a slice, newaxis or ..., "
                        "not {}",
                        describe(v)));
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

/// The indices that a list of integers, or of booleans as a mask, stands for.
std::vector<std::int64_t> listed(const sequence_value& list, place where) {
  std::vector<std::int64_t> numbers;
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
      numbers.push_back(*i);
    else if (*i == 1)
      numbers.push_back(static_cast<std::int64_t>(&item - list.items.data()));
  }
  if (masks != 0 && masks != list.items.size())
    fail_type(where, "a list of indices is made of integers or of booleans");
  return numbers;
}

bool is_mask(const sequence_value& list) {
  const auto* first =
      list.items.empty() ? nullptr : std::get_if<scalar>(&list.items[0]);
  return first && std::holds_alternative<bool>(*first);
}

} // namespace

/// One list among slices: the others first, then the list along its axis.
program_value evaluator::subscript_array(const array& a,
                                         const subscript_form& s) {
  std::vector<index_item> items;
  const sequence_value* list = nullptr;
  program_value kept;
  std::size_t place_of_list = 0;
  place where{};
  for (const auto& item : s.items) {
    auto v = item.is_slice ? program_value{} : of(*item.start);
    if (!std::holds_alternative<sequence_value>(v)) {
      items.push_back(index_of(item));
      continue;
    }
    where = item.start->where;
    if (list)
      fail_type(where, "only one list of indices at a time");
    kept = std::move(v);
    list = &std::get<sequence_value>(kept);
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
  if (is_mask(*list) && static_cast<std::int64_t>(list->items.size()) != extent)
    fail_type(where, fmt::format("a mask of {} items for an axis of {}",
                                 list->items.size(), extent));
  return take(rest, listed(*list, where), axis);
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
