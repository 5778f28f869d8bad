#include "dataflow/optimize/compose.hpp"

namespace tern {

namespace {

/// The axis of the block seen that runs along axis `i` of the reader.
int seen_axis(const layer_operand& seen, std::size_t i) {
  return seen.axes.empty() ? static_cast<int>(i) : seen.axes[i];
}

/// `inner` after `outer`, for maps that give one block each.
std::optional<axis_map> compose(const axis_map& inner, const layer_input& by) {
  if (inner.how == axis_map::kind::first)
    return inner;
  if (inner.how != axis_map::kind::same)
    return {};
  if (inner.axis < 0)
    return inner;
  auto& outer = by.axes[static_cast<std::size_t>(inner.axis)];
  if (outer.how == axis_map::kind::first)
    return axis_map{axis_map::kind::same, -1, inner.offset, 1};
  if (outer.how != axis_map::kind::same)
    return {};
  return axis_map{axis_map::kind::same, outer.axis, inner.offset + outer.offset,
                  1};
}

std::optional<composed_operand>
compose_input(const layer& inner, const layer_operand& o, const layer_input& by,
              const layer_operand& seen, const chunks& space) {
  composed_operand result;
  auto& from = inner.inputs[static_cast<std::size_t>(o.input)];
  result.input.emplace();
  result.input->from = from.from;
  for (auto& map : from.axes) {
    auto composed = compose(map, by);
    if (!composed)
      return {};
    result.input->axes.push_back(*composed);
  }
  for (std::size_t i = 0; i < space.size(); ++i) {
    auto axis = seen_axis(seen, i);
    if (axis >= 0 && !o.axes.empty())
      axis = o.axes[static_cast<std::size_t>(axis)];
    result.operand.axes.push_back(static_cast<std::int8_t>(axis));
  }
  return result;
}

/// The axis of the reader along which axis `axis` of `inner` runs, with the
/// same elements at the same places; -1 if it is but one element; nothing if
/// neither holds.
std::optional<int> element_axis(const layer& inner, std::size_t axis,
                                const layer_input& by,
                                const layer_operand& seen,
                                const chunks& space) {
  if (inner.out[axis].extent() == 1)
    return -1;
  auto& map = by.axes[axis];
  if (map.how != axis_map::kind::same || map.offset != 0 || map.axis < 0)
    return {};
  auto own = static_cast<std::size_t>(map.axis);
  if (seen_axis(seen, own) != static_cast<int>(axis)
      || space[own] != inner.out[axis])
    return {};
  return map.axis;
}

std::optional<composed_operand> compose_source(const layer& inner,
                                               const layer_operand& o,
                                               const layer_input& by,
                                               const layer_operand& seen,
                                               const chunks& space) {
  composed_operand result;
  result.operand.made = o.made;
  for (std::size_t k = 0; k < o.made.extents.size(); ++k) {
    auto axis = o.made_axes.empty() ? static_cast<int>(k) : o.made_axes[k];
    if (o.made.kind == source_kind::full)
      axis = -1; // the same everywhere
    if (axis >= 0) {
      auto own =
          element_axis(inner, static_cast<std::size_t>(axis), by, seen, space);
      if (!own)
        return {};
      axis = *own;
    }
    result.operand.made_axes.push_back(static_cast<std::int8_t>(axis));
  }
  return result;
}

} // namespace

std::optional<composed_operand>
compose(const layer& inner, const layer_operand& inner_operand,
        const layer_input& by, const layer_operand& seen, const chunks& space) {
  for (auto& map : by.axes)
    if (map.how != axis_map::kind::same && map.how != axis_map::kind::first)
      return {};
  return inner_operand.input < 0
             ? compose_source(inner, inner_operand, by, seen, space)
             : compose_input(inner, inner_operand, by, seen, space);
}

bool repeats(const layer& inner, const layer_operand& seen,
             const chunks& space) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    auto axis = seen_axis(seen, i);
    if (space[i].extent() > 1
        && (axis < 0
            || inner.out[static_cast<std::size_t>(axis)].extent() == 1))
      return true;
  }
  return false;
}

} // namespace tern
