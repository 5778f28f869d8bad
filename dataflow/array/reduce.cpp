// A reduction is three kinds of layers: each block is reduced alone to a
// partial result; partial results are combined in groups, level by level; the
// root of the tree combines the last few and finishes (divides, takes roots).
// A task combines at most 16 blocks. The tree's shape follows from the number
// of blocks along the reduced axes alone, so the bits do not depend on where
// or when anything runs.

#include "dataflow/array/node.hpp"
#include "dataflow/array/words.hpp"
#include "dataflow/graph/validate.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr std::int64_t most_at_once = 16;

struct reducer {
  reduction how;
  std::vector<bool> reduced; ///< one flag an axis
  std::string words;

  std::size_t axes() const {
    return reduced.size();
  }

  std::shared_ptr<array::node> begin(const array& a) const {
    op_reduce_chunk op;
    op.how = how;
    op.axes = reduced;
    op.space = a.cut();
    op.feed.code.steps.push_back({opcode::load, a.type(), 0, 0, 0, 0});
    layer_operand o;
    o.input = 0;
    for (std::size_t i = 0; i < axes(); ++i)
      o.axes.push_back(static_cast<std::int8_t>(i));
    op.feed.operands.push_back(std::move(o));
    auto cut = a.cut();
    for (std::size_t i = 0; i < axes(); ++i)
      if (reduced[i])
        cut[i] = axis_chunks::ones(cut[i].count());
    auto n = make_node(std::move(op), partial_type(how, a.type()),
                       std::move(cut), words);
    n->work.parts = components(how);
    add_input(*n, a.root(), same_maps(axes()));
    return n;
  }

  std::int64_t left(const array::node& n) const {
    std::int64_t count = 1;
    for (std::size_t i = 0; i < axes(); ++i)
      if (reduced[i])
        count *= n.work.out[i].count();
    return count;
  }

  /// How many blocks a task combines along each axis: powers of two, doubled
  /// where the most is left.
  std::vector<std::int64_t> fans(const array::node& n) const {
    std::vector<std::int64_t> fan(axes(), 1);
    auto groups = [&](std::size_t i) {
      return reduced[i] ? (n.work.out[i].count() - 1) / fan[i] + 1 : 1;
    };
    for (std::int64_t total = 1; total < most_at_once; total *= 2) {
      std::size_t longest = 0;
      for (std::size_t i = 1; i < axes(); ++i)
        if (groups(i) > groups(longest))
          longest = i;
      fan[longest] *= 2;
    }
    for (std::size_t i = 0; i < axes(); ++i)
      fan[i] = std::min(fan[i], n.work.out[i].count());
    return fan;
  }

  std::shared_ptr<array::node>
  combine(std::shared_ptr<const array::node> below) const {
    auto fan = fans(*below);
    auto cut = below->work.out;
    auto maps = same_maps(axes());
    for (std::size_t i = 0; i < axes(); ++i)
      if (reduced[i]) {
        cut[i] = axis_chunks::ones((cut[i].count() - 1) / fan[i] + 1);
        maps[i].how = axis_map::kind::group;
        maps[i].factor = fan[i];
      }
    auto n = make_node(op_reduce_combine{how}, below->work.type, std::move(cut),
                       words);
    n->work.parts = below->work.parts;
    add_input(*n, std::move(below), std::move(maps));
    return n;
  }

  std::shared_ptr<array::node> finish(std::shared_ptr<const array::node> below,
                                      dtype type, bool keepdims,
                                      double ddof) const {
    chunks cut;
    auto maps = same_maps(axes());
    for (std::size_t i = 0; i < axes(); ++i) {
      maps[i].axis = static_cast<std::int8_t>(cut.size());
      if (!reduced[i]) {
        cut.push_back(below->work.out[i]);
        continue;
      }
      maps[i] = {axis_map::kind::group, -1, 0, below->work.out[i].count()};
      if (keepdims)
        cut.push_back(axis_chunks::ones(1));
    }
    auto n =
        make_node(op_reduce_finish{how, ddof}, type, std::move(cut), words);
    add_input(*n, std::move(below), std::move(maps));
    return n;
  }
};

std::vector<bool>
flags_of(reduction how, const array& a,
         const std::optional<std::vector<std::int64_t>>& axes) {
  auto n = static_cast<std::int64_t>(a.ndim());
  std::vector<bool> reduced(a.ndim(), !axes);
  if (finds_index(how) && axes && axes->size() != 1)
    throw expression_error(std::string{name_of(how)}
                           + ": takes one axis or none, not "
                           + words_of(std::span<const std::int64_t>{*axes}));
  if (!axes)
    return reduced;
  for (auto axis : *axes) {
    auto name = std::string{name_of(how)} + ": axis " + std::to_string(axis);
    if (axis < -n || axis >= n)
      throw expression_error(name + " is out of bounds for an array of shape "
                             + to_string(a.shape()));
    auto i = static_cast<std::size_t>(axis < 0 ? axis + n : axis);
    if (reduced[i])
      throw expression_error(name + " is there twice");
    reduced[i] = true;
  }
  return reduced;
}

/// Complex numbers have no order.
void refuse_unordered(reduction how, const array& a) {
  if (needs_order(how) && is_complex(a.type()))
    throw expression_error(std::string{name_of(how)} + ": not defined for "
                           + std::string{name_of(a.type())});
}

/// NumPy has no smallest element of nothing.
void refuse_empty(reduction how, const array& a,
                  const std::vector<bool>& reduced) {
  if (!needs_order(how))
    return;
  for (std::size_t i = 0; i < reduced.size(); ++i)
    if (reduced[i] && a.shape()[i] == 0)
      throw expression_error(std::string{name_of(how)} + ": an array of shape "
                             + to_string(a.shape())
                             + " has no element along axis "
                             + std::to_string(i));
}

std::string call_words(reduction how, const array& a,
                       const std::optional<std::vector<std::int64_t>>& axes,
                       bool keepdims, double ddof) {
  std::string arguments;
  auto add = [&](const std::string& argument) {
    arguments += (arguments.empty() ? "" : ", ") + argument;
  };
  auto is_method =
      name_of(how).substr(0, 3) != "nan" && how != reduction::count_nonzero;
  if (!is_method)
    add(a.expression());
  if (axes)
    add("axis="
        + (axes->size() == 1 ? std::to_string(axes->front())
                             : words_of(std::span<const std::int64_t>{*axes})));
  if (keepdims)
    add("keepdims=True");
  if (ddof != 0)
    add("ddof=" + words_of(scalar{ddof}));
  auto call = std::string{name_of(how)} + "(" + arguments + ")";
  return is_method ? a.expression() + "." + call : call;
}

} // namespace

array array::reduce(reduction how,
                    std::optional<std::vector<std::int64_t>> axes,
                    bool keepdims, double ddof) const {
  reducer r{how, flags_of(how, *this, axes),
            call_words(how, *this, axes, keepdims, ddof)};
  refuse_unordered(how, *this);
  refuse_empty(how, *this, r.reduced);
  auto top = r.begin(*this);
  while (r.left(*top) > most_at_once)
    top = r.combine(std::move(top));
  auto n = r.finish(std::move(top), result_type(how, type()), keepdims, ddof);
  for (std::size_t i = 0; i < dimensions().size(); ++i)
    if (!r.reduced[i] || keepdims)
      n->dimensions.push_back(dimensions()[i]);
  return array{std::move(n)};
}

} // namespace tern
