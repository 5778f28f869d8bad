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

/// The operand that decides: the first one that is no source, else the first
/// with the most axes; null if all are repeated along `axis`.
const array* leader(const std::vector<array>& operands, std::size_t axis,
                    const shape& result) {
  const array* best = nullptr;
  auto better = [](const array& a, const array& b) {
    auto source_a = is_pure_source(*a.root());
    auto source_b = is_pure_source(*b.root());
    return source_a != source_b ? !source_a : a.ndim() > b.ndim();
  };
  for (auto& a : operands)
    if (runs_along(a, axis, result) && (!best || better(a, *best)))
      best = &a;
  return best;
}

/// One block size an axis that both could have been cut by; -1: one block.
std::int64_t size_for(const axis_chunks& a, const axis_chunks& b) {
  auto is_regular = [](const axis_chunks& x) {
    return x.extent() > 0 && x == axis_chunks::regular(x.extent(), x.largest());
  };
  return is_regular(a) && is_regular(b) ? std::max(a.largest(), b.largest())
                                        : -1;
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

std::string misaligned(std::string_view name, const array& a, const array& b) {
  std::vector<std::int64_t> sizes(std::max(a.ndim(), b.ndim()), -1);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    auto at_a = static_cast<int>(i + a.ndim()) - static_cast<int>(sizes.size());
    auto at_b = static_cast<int>(i + b.ndim()) - static_cast<int>(sizes.size());
    auto& cut_a =
        at_a < 0 ? b.cut()[i] : a.cut()[static_cast<std::size_t>(at_a)];
    auto& cut_b =
        at_b < 0 ? a.cut()[i] : b.cut()[static_cast<std::size_t>(at_b)];
    sizes[i] = size_for(cut_a, cut_b);
  }
  return std::string{name} + ": the blocks of " + a.expression() + ", chunks "
         + words_of(a.cut()) + ", and of " + b.expression() + ", chunks "
         + words_of(b.cut())
         + ", do not line up; make both with chunks=" + words_of(sizes);
}

chunks line_up(std::string_view name, std::vector<array>& operands,
               const shape& result) {
  chunks cut;
  std::vector<const array*> leaders;
  for (std::size_t axis = 0; axis < result.size(); ++axis) {
    leaders.push_back(leader(operands, axis, result));
    cut.push_back(leaders.back() ? cut_of(*leaders.back(), axis, result)
                                 : axis_chunks::ones(1));
  }
  auto aligned = operands;
  for (auto& a : aligned) {
    auto own = a.cut();
    for (std::size_t axis = 0; axis < result.size(); ++axis) {
      if (!runs_along(a, axis, result) || cut_of(a, axis, result) == cut[axis])
        continue;
      if (!is_pure_source(*a.root()))
        throw expression_error(misaligned(name, *leaders[axis], a));
      own[static_cast<std::size_t>(axis_of(a, axis, result))] = cut[axis];
    }
    if (own != a.cut())
      a = recut(a, std::move(own));
  }
  operands = std::move(aligned);
  return cut;
}

} // namespace tern
