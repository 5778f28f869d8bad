#include "dataflow/graph/validate_edges.hpp"

#include "dataflow/graph/axis_walk.hpp"

namespace tern {

namespace {

std::optional<std::string>
fault_of_same(const axis_map& map, std::int64_t blocks, std::int64_t tasks) {
  // all three are small enough to be added once `offset` is known to be
  if (map.offset < 0 || map.offset >= blocks
      || map.offset + tasks - 1 >= blocks)
    return "reads blocks " + std::to_string(map.offset) + " and on of "
           + std::to_string(blocks);
  return {};
}

std::optional<std::string>
fault_of_group(const axis_map& map, std::int64_t blocks, std::int64_t tasks) {
  if (map.factor < 1 || map.factor > blocks
      || tasks - 1 > (blocks - 1) / map.factor)
    return "groups " + std::to_string(blocks) + " blocks by "
           + std::to_string(map.factor) + " for " + std::to_string(tasks)
           + " tasks";
  return {};
}

std::optional<std::string> fault_of_overlap(const axis_map& map,
                                            const axis_chunks& from,
                                            const axis_chunks& to) {
  auto wrong = std::string{"reads elements outside of its input"};
  if (map.axis < 0 || map.factor == 0)
    return wrong;
  std::int64_t reach = 0, last = 0;
  if (to.extent() == 0)
    return {};
  if (__builtin_mul_overflow(map.factor, to.extent() - 1, &reach)
      || __builtin_add_overflow(map.offset, reach, &last))
    return wrong;
  if (map.offset < 0 || map.offset >= from.extent() || last < 0
      || last >= from.extent())
    return wrong;
  return {};
}

std::optional<std::string> fault_of_window(const axis_map& map) {
  constexpr auto farthest = std::int64_t{1} << 60;
  if (map.axis < 0 || map.factor != 1 || map.offset < -farthest
      || map.offset > farthest)
    return "has a window that does not fit";
  return {};
}

std::optional<std::string>
find_fault(const axis_map& map, const axis_chunks& from, const layer& to) {
  if (map.how > axis_map::kind::window)
    return "has an unknown kind of map";
  if (map.how == axis_map::kind::first)
    return {};
  if (map.axis < -1 || map.axis >= static_cast<int>(to.out.size()))
    return "follows axis " + std::to_string(map.axis) + " of "
           + std::to_string(to.out.size());
  static const auto none = axis_chunks::ones(1);
  auto& own = map.axis < 0 ? none : to.out[static_cast<std::size_t>(map.axis)];
  switch (map.how) {
  case axis_map::kind::same:
    return fault_of_same(map, from.count(), own.count());
  case axis_map::kind::group:
    return fault_of_group(map, from.count(), own.count());
  case axis_map::kind::window:
    return fault_of_window(map);
  default:
    return fault_of_overlap(map, from, own);
  }
}

/// No more than so many blocks for one task; slots are 32 bits wide.
constexpr std::int64_t most_slots = std::int64_t{1} << 31;

} // namespace

std::optional<std::string> find_fault(const layer_input& in, const layer& from,
                                      const layer& to) {
  if (in.axes.size() != from.out.size())
    return "has " + std::to_string(in.axes.size()) + " maps for "
           + std::to_string(from.out.size()) + " axes";
  std::int64_t most = 1;
  for (std::size_t i = 0; i < in.axes.size(); ++i) {
    if (auto wrong = find_fault(in.axes[i], from.out[i], to))
      return "axis " + std::to_string(i) + " " + *wrong;
    std::int64_t along = 1;
    if (in.axes[i].how == axis_map::kind::group)
      along = in.axes[i].factor;
    else if (in.axes[i].how >= axis_map::kind::overlap)
      along = from.out[i].count();
    if (__builtin_mul_overflow(most, along, &most) || most > most_slots)
      return "has too many blocks for one task";
  }
  return {};
}

std::optional<std::string> find_fault(const explicit_edges& edges,
                                      std::int64_t tasks) {
  auto n = static_cast<std::size_t>(tasks);
  if (edges.offsets.size() != n + 1 || edges.offsets[0] != 0
      || edges.offsets[n] != edges.predecessors.size())
    return "has rows of edges that do not fit its tasks";
  if (n > 0xffffffff)
    return "has too many tasks for explicit edges";
  if (edges.consumer_offsets.size() != n + 1
      || edges.consumers.size() != edges.predecessors.size()
      || edges.consumer_slots.size() != edges.predecessors.size())
    return "has explicit edges that are not indexed";
  for (std::size_t task = 0; task < n; ++task)
    if (edges.offsets[task] > edges.offsets[task + 1]
        || edges.offsets[task + 1] > edges.predecessors.size())
      return "has rows of edges out of order";
  for (std::size_t task = 0; task < n; ++task)
    for (auto i = edges.offsets[task]; i < edges.offsets[task + 1]; ++i)
      if (edges.predecessors[i] >= task)
        return "has task " + std::to_string(task)
               + " wait for one that is not before it";
  return {};
}

bool reads_one(const layer_input& in, const layer& from, const layer& to) {
  for (std::size_t i = 0; i < in.axes.size(); ++i)
    if (!axis_walk{in.axes[i], from, i, to}.single())
      return false;
  return true;
}

} // namespace tern
