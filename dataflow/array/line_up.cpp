#include "dataflow/array/line_up.hpp"

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

namespace {

/// The axis of `a` that broadcasting puts along `axis` of `result`; -1: none.
int axis_of(const array& a, std::size_t axis, const shape& result) {
  return static_cast<int>(axis) + static_cast<int>(a.ndim())
         - static_cast<int>(result.size());
}

/// True if the operand decides how the result is cut along `axis`.
bool runs_along(const array& a, std::size_t axis, const shape& result) {
  auto own = axis_of(a, axis, result);
  return own >= 0 && a.shape()[static_cast<std::size_t>(own)] == result[axis];
}

const axis_chunks& cut_of(const array& a, std::size_t axis,
                          const shape& result) {
  return a.cut()[static_cast<std::size_t>(axis_of(a, axis, result))];
}

/// The operand that decides: one that is no source before sources, then the one
/// with the most blocks along the axis, then the one with the most axes; null
/// if all are repeated along `axis`.
const array* leader(const std::vector<array>& operands, std::size_t axis,
                    const shape& result) {
  const array* best = nullptr;
  auto better = [&](const array& a, const array& b) {
    auto source_a = is_pure_source(*a.root());
    auto source_b = is_pure_source(*b.root());
    if (source_a != source_b)
      return !source_a;
    auto blocks_a = cut_of(a, axis, result).count();
    auto blocks_b = cut_of(b, axis, result).count();
    return blocks_a != blocks_b ? blocks_a > blocks_b : a.ndim() > b.ndim();
  };
  for (auto& a : operands)
    if (runs_along(a, axis, result) && (!best || better(a, *best)))
      best = &a;
  return best;
}

} // namespace

shape broadcast(std::string_view name, std::span<const array> operands) {
  std::size_t axes = 0;
  for (auto& a : operands)
    axes = std::max(axes, a.ndim());
  shape result(axes, 1);
  bool fits = true;
  for (auto& a : operands)
    for (std::size_t i = 0; i < a.ndim(); ++i) {
      auto& n = result[axes - a.ndim() + i];
      auto extent = a.shape()[i];
      fits = fits && (n == extent || n == 1 || extent == 1);
      if (n == 1)
        n = extent;
    }
  if (fits)
    return result;
  auto words = std::string{name} + ": shapes ";
  for (std::size_t i = 0; i < operands.size(); ++i) {
    auto last = i + 1 == operands.size();
    words += (i == 0 ? ""
              : last ? " and "
                     : ", ")
             + to_string(operands[i].shape());
  }
  throw expression_error(words + " do not broadcast");
}

chunks line_up(std::string_view name, std::vector<array>& operands,
               const shape& result) {
  chunks cut;
  for (std::size_t axis = 0; axis < result.size(); ++axis) {
    auto* first = leader(operands, axis, result);
    cut.push_back(first ? cut_of(*first, axis, result) : axis_chunks::ones(1));
  }
  check_cut(name, cut);
  for (auto& a : operands) {
    auto own = a.cut();
    for (std::size_t axis = 0; axis < result.size(); ++axis)
      if (runs_along(a, axis, result))
        own[static_cast<std::size_t>(axis_of(a, axis, result))] = cut[axis];
    a = rechunk(a, std::move(own));
  }
  return cut;
}

} // namespace tern
