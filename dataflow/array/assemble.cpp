// Arrays put together from parts of others: rechunking and concatenation. One
// layer does both: along each axis a task reads the blocks in which its own
// elements lie.

#include "dataflow/array/line_up.hpp"
#include "dataflow/array/node.hpp"
#include "dataflow/array/promotion.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

namespace {

/// Reads `from`, whose first element is element `first` of the result along
/// `axis`.
void add_part(array::node& to, const array& from, std::size_t axis,
              std::int64_t first) {
  auto maps = same_maps(from.ndim());
  for (std::size_t i = 0; i < maps.size(); ++i) {
    maps[i].how = axis_map::kind::window;
    maps[i].offset = i == axis ? -first : 0;
  }
  add_input(to, from.root(), std::move(maps));
}

[[noreturn]] void refuse(std::string_view name, std::span<const array> parts,
                         const std::string& why) {
  std::string words = std::string{name} + ": shapes";
  for (auto& a : parts.first(std::min<std::size_t>(parts.size(), 8)))
    words += " " + to_string(a.shape());
  throw expression_error(words + (parts.size() > 8 ? " ... " : " ") + why);
}

void check_parts(std::string_view name, std::span<const array> parts,
                 std::size_t axis) {
  for (auto& a : parts) {
    if (a.ndim() != parts[0].ndim())
      refuse(name, parts, "have different numbers of axes");
    for (std::size_t i = 0; i < a.ndim(); ++i)
      if (i != axis && a.shape()[i] != parts[0].shape()[i])
        refuse(name, parts, "differ along axis " + std::to_string(i));
  }
}

/// Along the other axes as the first part that is not one block.
const axis_chunks& cut_along(std::span<const array> parts, std::size_t axis) {
  for (auto& a : parts)
    if (a.cut()[axis].count() > 1)
      return a.cut()[axis];
  return parts[0].cut()[axis];
}

std::string words_of(std::string_view name, std::span<const array> parts) {
  std::string words = std::string{name} + "([";
  for (std::size_t i = 0; i < parts.size(); ++i)
    words += (i > 0 ? ", " : "") + parts[i].expression();
  return shortened(words + "])");
}

} // namespace

std::size_t checked_axis(std::string_view name, std::int64_t axis,
                         std::size_t axes) {
  const auto n = static_cast<std::int64_t>(axes);
  if (axis < -n || axis >= n)
    throw expression_error(std::string{name} + ": axis " + std::to_string(axis)
                           + " of an array with " + std::to_string(n)
                           + " axes");
  return static_cast<std::size_t>(axis < 0 ? axis + n : axis);
}

array rechunk(const array& a, tern::chunks cut) {
  if (extents(cut) != a.shape())
    throw expression_error("rechunk: chunks " + words_of(cut)
                           + " do not fit an array of shape "
                           + to_string(a.shape()));
  check_cut("rechunk", cut);
  if (cut == a.cut())
    return a;
  if (is_pure_source(*a.root()))
    return recut(a, std::move(cut));
  auto n = make_node(op_assemble{}, a.type(), std::move(cut), a.expression());
  n->dimensions = a.dimensions();
  add_part(*n, a, 0, 0);
  return array{std::move(n)};
}

array array::rechunk(const chunk_spec& spec) const {
  return tern::rechunk(*this, cut_shape(shape(), type(), spec));
}

array concatenate(std::span<const array> parts, std::int64_t axis) {
  if (parts.empty())
    throw expression_error("concatenate: needs at least one array");
  if (parts[0].ndim() == 0)
    throw expression_error("concatenate: arrays without axes");
  const auto along = checked_axis("concatenate", axis, parts[0].ndim());
  check_parts("concatenate", parts, along);
  if (parts.size() == 1)
    return parts[0];
  auto type = parts[0].type();
  for (auto& a : parts)
    type = promote(type, a.type());
  tern::chunks cut;
  for (std::size_t i = 0; i < parts[0].ndim(); ++i) {
    if (i != along) {
      cut.push_back(cut_along(parts, i));
      continue;
    }
    axis_chunks joined;
    for (auto& a : parts)
      for (auto& r : a.cut()[i].runs())
        if (r.size > 0)
          joined.append(r.count, r.size);
    cut.push_back(joined.count() > 0 ? joined : axis_chunks::regular(0, 1));
  }
  check_cut("concatenate", cut);
  auto n = make_node(op_assemble{}, type, std::move(cut),
                     words_of("concatenate", parts));
  std::int64_t first = 0;
  for (auto& a : parts) {
    add_part(*n, a.astype(type), along, first);
    first += a.shape()[along];
  }
  return array{std::move(n)};
}

array stack(std::span<const array> parts, std::int64_t axis) {
  if (parts.empty())
    throw expression_error("stack: needs at least one array");
  check_parts("stack", parts, max_axes);
  const auto along = checked_axis("stack", axis, parts[0].ndim() + 1);
  std::vector<array> planes;
  planes.reserve(parts.size());
  for (auto& a : parts)
    planes.push_back(expand_dims(a, static_cast<std::int64_t>(along)));
  return concatenate(planes, static_cast<std::int64_t>(along))
      .named(words_of("stack", parts));
}

} // namespace tern
