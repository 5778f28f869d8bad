// Other ways to see an array: axes added, dropped, repeated, turned round.
// Nothing here moves an element that it need not move.

#include "dataflow/array/line_up.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/view.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>
#include <numeric>

namespace tern {

namespace {

std::string call(std::string_view name, const array& a,
                 const std::string& rest = {}) {
  return shortened(std::string{name} + "(" + a.expression()
                   + (rest.empty() ? "" : ", " + rest) + ")");
}

std::vector<index_item> everything(const array& a) {
  return std::vector<index_item>(a.ndim(), index_slice{});
}

/// Axes as they are asked for, or all of them, each once.
std::vector<std::size_t>
checked_axes(std::string_view name, const array& a,
             const std::optional<std::vector<std::int64_t>>& axes) {
  std::vector<std::size_t> result;
  if (!axes) {
    result.resize(a.ndim());
    std::iota(result.begin(), result.end(), std::size_t{0});
    return result;
  }
  for (auto axis : *axes) {
    const auto i = checked_axis(name, axis, a.ndim());
    if (std::find(result.begin(), result.end(), i) != result.end())
      throw expression_error(std::string{name} + ": axis "
                             + std::to_string(axis) + " is named twice");
    result.push_back(i);
  }
  return result;
}

} // namespace

array expand_dims(const array& a, std::int64_t axis) {
  const auto at = checked_axis("expand_dims", axis, a.ndim() + 1);
  auto items = everything(a);
  items.insert(items.begin() + static_cast<std::ptrdiff_t>(at),
               index_newaxis{});
  return a[items].named(call("expand_dims", a, std::to_string(axis)));
}

array squeeze(const array& a,
              const std::optional<std::vector<std::int64_t>>& axes) {
  auto items = everything(a);
  for (auto i : checked_axes("squeeze", a, axes)) {
    if (a.shape()[i] == 1)
      items[i] = std::int64_t{0};
    else if (axes)
      throw expression_error("squeeze: axis " + std::to_string(i)
                             + " of an array of shape " + to_string(a.shape())
                             + " has not 1 element");
  }
  return a[items].named(call("squeeze", a));
}

array flip(const array& a,
           const std::optional<std::vector<std::int64_t>>& axes) {
  auto items = everything(a);
  for (auto i : checked_axes("flip", a, axes))
    items[i] = index_slice{{}, {}, -1};
  return a[items].named(call("flip", a));
}

array broadcast_to(const array& a, const shape& s) {
  if (a.shape() == s)
    return a;
  const auto extra = s.size() - std::min(s.size(), a.ndim());
  bool fits = s.size() >= a.ndim();
  for (std::size_t i = 0; fits && i < a.ndim(); ++i)
    fits = a.shape()[i] == s[extra + i] || a.shape()[i] == 1;
  if (!fits)
    throw expression_error("broadcast_to: an array of shape "
                           + to_string(a.shape())
                           + " cannot be broadcast to shape " + to_string(s));
  auto cut = cut_shape(s, a.type(), {});
  for (std::size_t i = 0; i < a.ndim(); ++i)
    if (a.shape()[i] == s[extra + i])
      cut[extra + i] = a.cut()[i];
  check_cut("broadcast_to", cut);
  op_blockwise op;
  op.code.steps.push_back({opcode::load, a.type(), 0, 0, 0, 0});
  layer_operand seen;
  seen.input = 0;
  auto maps = same_maps(a.ndim());
  for (std::size_t i = 0; i < s.size(); ++i)
    seen.axes.push_back(i < extra ? std::int8_t{-1}
                                  : static_cast<std::int8_t>(i - extra));
  for (std::size_t i = 0; i < a.ndim(); ++i) {
    maps[i].axis = static_cast<std::int8_t>(extra + i);
    if (a.shape()[i] != s[extra + i])
      maps[i] = {axis_map::kind::first, 0, 0, 1};
  }
  op.operands.push_back(std::move(seen));
  auto n = make_node(std::move(op), a.type(), std::move(cut),
                     call("broadcast_to", a, to_string(s)));
  add_input(*n, a.root(), std::move(maps));
  return array{std::move(n)};
}

array roll(const array& a, std::int64_t shift, std::int64_t axis) {
  const auto along = checked_axis("roll", axis, a.ndim());
  const auto n = a.shape()[along];
  const auto by = n > 0 ? (shift % n + n) % n : 0;
  if (by == 0)
    return a;
  auto head = everything(a);
  auto tail = everything(a);
  head[along] = index_slice{n - by, {}, {}};
  tail[along] = index_slice{{}, n - by, {}};
  const array parts[] = {a[head], a[tail]};
  return concatenate(parts, static_cast<std::int64_t>(along))
      .named(call("roll", a, std::to_string(shift)));
}

array tile(const array& a, std::span<const std::int64_t> repeats) {
  auto result = a;
  while (result.ndim() < repeats.size())
    result = expand_dims(result, 0);
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    const auto axis = result.ndim() - repeats.size() + i;
    if (repeats[i] < 0 || repeats[i] > 0xffff)
      throw expression_error("tile: an axis cannot be repeated "
                             + std::to_string(repeats[i]) + " times");
    if (repeats[i] == 0) {
      auto items = everything(result);
      items[axis] = index_slice{0, 0, {}};
      result = result[items];
      continue;
    }
    const std::vector<array> parts(static_cast<std::size_t>(repeats[i]),
                                   result);
    result = concatenate(parts, static_cast<std::int64_t>(axis));
  }
  return result.named(call("tile", a, words_of(repeats)));
}

array repeat(const array& a, std::int64_t times, std::int64_t axis) {
  const auto along = checked_axis("repeat", axis, a.ndim());
  if (times < 0)
    throw expression_error("repeat: " + std::to_string(times) + " times");
  auto wide = expand_dims(a, static_cast<std::int64_t>(along) + 1);
  auto s = wide.shape();
  s[along + 1] = times;
  auto merged = a.shape();
  if (__builtin_mul_overflow(merged[along], times, &merged[along]))
    throw expression_error("repeat: too many elements");
  return reshape(broadcast_to(wide, s), merged)
      .named(call("repeat", a, std::to_string(times)));
}

array moveaxis(const array& a, std::int64_t from, std::int64_t to) {
  const auto source = checked_axis("moveaxis", from, a.ndim());
  const auto target = checked_axis("moveaxis", to, a.ndim());
  std::vector<std::int64_t> order(a.ndim());
  std::iota(order.begin(), order.end(), 0);
  order.erase(order.begin() + static_cast<std::ptrdiff_t>(source));
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(target),
               static_cast<std::int64_t>(source));
  return a.transpose(order);
}

array swapaxes(const array& a, std::int64_t one, std::int64_t other) {
  std::vector<std::int64_t> order(a.ndim());
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[checked_axis("swapaxes", one, a.ndim())],
            order[checked_axis("swapaxes", other, a.ndim())]);
  return a.transpose(order);
}

} // namespace tern
