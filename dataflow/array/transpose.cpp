#include "dataflow/array/node.hpp"
#include "dataflow/array/view.hpp"
#include "dataflow/array/words.hpp"

#include <algorithm>

namespace tern {

array view(const array& a, std::span<const int> axes, std::string expression) {
  chunks cut;
  auto maps = same_maps(a.ndim());
  for (auto& m : maps)
    m = {axis_map::kind::first, 0, 0, 1};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] < 0) {
      cut.push_back(axis_chunks::ones(1));
      continue;
    }
    auto from = static_cast<std::size_t>(axes[i]);
    cut.push_back(a.cut()[from]);
    maps[from] = {axis_map::kind::same, static_cast<std::int8_t>(i), 0, 1};
  }
  op_blockwise op;
  op.code.steps.push_back({opcode::load, a.type(), 0, 0, 0, 0});
  layer_operand seen;
  seen.input = 0;
  seen.axes.assign(axes.begin(), axes.end());
  op.operands.push_back(std::move(seen));
  auto n =
      make_node(std::move(op), a.type(), std::move(cut), std::move(expression));
  add_input(*n, a.root(), std::move(maps));
  if (!a.dimensions().empty()
      && std::find(axes.begin(), axes.end(), -1) == axes.end())
    for (auto axis : axes)
      n->dimensions.push_back(a.dimensions()[static_cast<std::size_t>(axis)]);
  return array{std::move(n)};
}

array array::transpose() const {
  if (ndim() < 2)
    return *this;
  std::vector<int> axes;
  for (auto i = static_cast<int>(ndim()); i-- > 0;)
    axes.push_back(i);
  return view(*this, axes, expression() + ".T");
}

array array::transpose(std::span<const std::int64_t> axes) const {
  auto n = static_cast<std::int64_t>(ndim());
  std::vector<int> order;
  for (auto axis : axes) {
    auto i = static_cast<int>(axis < 0 && axis >= -n ? axis + n : axis);
    if (axis < -n || axis >= n
        || std::find(order.begin(), order.end(), i) != order.end())
      order.clear();
    else
      order.push_back(i);
  }
  if (axes.size() != ndim() || order.size() != ndim())
    throw expression_error("transpose: axes " + words_of(axes)
                           + " do not order the axes of an array of shape "
                           + to_string(shape()));
  if (std::is_sorted(order.begin(), order.end()))
    return *this;
  return view(*this, order, expression() + ".transpose" + words_of(axes));
}

} // namespace tern
