#include "dataflow/block/loop_nest.hpp"

#include <algorithm>
#include <stdexcept>

namespace tern {

namespace {

shape row_major_strides(const shape& extents) {
  shape strides(extents.size());
  std::int64_t stride = 1;
  for (auto axis = extents.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= extents[axis];
  }
  return strides;
}

[[noreturn]] void misfit(std::size_t number, const shape& has,
                         const shape& result) {
  throw std::invalid_argument(
      "operand " + std::to_string(number) + " of shape " + to_string(has)
      + " does not fit a result of shape " + to_string(result));
}

/// One operand against the whole result shape.
class binding {
public:
  binding(const operand& o, std::size_t number, const shape& s)
    : operand_(o), number_(number), result_(s),
      has_(o.made ? o.made->extents : o.data.shape()) {}

  loop_nest::walk walk() const {
    loop_nest::walk w{shape(result_.size(), 0), 0};
    if (alike())
      return w;
    const auto strides = row_major_strides(has_);
    std::vector<bool> mapped(has_.size(), false);
    if (!operand_.axes.empty() && operand_.axes.size() != result_.size())
      misfit(number_, has_, result_);
    if (operand_.axes.empty() && has_.size() != result_.size())
      misfit(number_, has_, result_);
    for (std::size_t axis = 0; axis < result_.size(); ++axis) {
      const int own =
          operand_.axes.empty() ? static_cast<int>(axis) : operand_.axes[axis];
      if (own < 0)
        continue;
      if (static_cast<std::size_t>(own) >= has_.size())
        misfit(number_, has_, result_);
      mapped[own] = true;
      if (fits(own, result_[axis]))
        w.strides[axis] = strides[own];
      else if (has_[own] != 1)
        misfit(number_, has_, result_);
    }
    for (std::size_t own = 0; own < has_.size(); ++own)
      if (operand_.made)
        w.base += origin(own) * strides[own];
      else if (!mapped[own] && has_[own] != 1)
        misfit(number_, has_, result_);
    return w;
  }

private:
  /// All elements the same, so that shapes do not matter.
  bool alike() const {
    return operand_.made ? operand_.made->kind == source_kind::full
                         : operand_.data.size() == 1;
  }
  std::int64_t origin(std::size_t own) const {
    return has_[own] == 1 || own >= operand_.origin.size()
               ? 0
               : operand_.origin[own];
  }
  bool fits(int own, std::int64_t extent) const {
    if (has_[own] == 1)
      return false;
    return operand_.made ? origin(own) + extent <= has_[own]
                         : extent == has_[own];
  }

  const operand& operand_;
  std::size_t number_;
  const shape& result_;
  const shape& has_;
};

bool mergeable(const loop_nest& nest, std::size_t axis, std::int64_t extent) {
  return std::all_of(nest.walks.begin(), nest.walks.end(),
                     [&](const loop_nest::walk& w) {
                       return w.strides[axis] == w.strides[axis + 1] * extent;
                     });
}

void erase_axis(loop_nest& nest, std::size_t axis) {
  nest.extents.erase(nest.extents.begin() + axis);
  for (auto& w : nest.walks)
    w.strides.erase(w.strides.begin() + axis);
}

void merge_axes(loop_nest& nest) {
  for (auto axis = nest.extents.size(); axis-- > 0;)
    if (nest.extents[axis] == 1)
      erase_axis(nest, axis);
  for (auto axis = nest.extents.size(); axis-- > 1;) {
    const auto extent = nest.extents[axis];
    if (mergeable(nest, axis - 1, extent)) {
      nest.extents[axis] *= nest.extents[axis - 1];
      erase_axis(nest, axis - 1);
    }
  }
}

} // namespace

bool loop_nest::walk::uniform() const noexcept {
  return std::all_of(strides.begin(), strides.end(),
                     [](auto stride) { return stride == 0; });
}

bool loop_nest::contiguous(std::size_t i) const noexcept {
  return walks[i].strides == steps;
}

loop_nest make_loop_nest(std::span<const operand> operands, const shape& s) {
  loop_nest nest{s, {}, {}};
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (!operands[i].made && !operands[i].data)
      throw std::invalid_argument("operand " + std::to_string(i)
                                  + " is neither a block nor a source");
    nest.walks.push_back(binding(operands[i], i, s).walk());
  }
  merge_axes(nest);
  if (nest.extents.empty()) {
    nest.extents.assign(1, 1);
    for (auto& w : nest.walks)
      w.strides.assign(1, 0);
  }
  nest.steps = row_major_strides(nest.extents);
  return nest;
}

} // namespace tern
