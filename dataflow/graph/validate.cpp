#include "dataflow/graph/validate.hpp"

#include "dataflow/graph/validate_edges.hpp"

#include <algorithm>

namespace tern {

namespace {

using fault = std::optional<std::string>;

/// Elements and bytes of any one thing stay below this.
constexpr std::int64_t most_bytes = std::int64_t{1} << 60;

bool known(reduction how) {
  return how <= reduction::nan_variance;
}

/// Axes of a result (or -1), each at most once.
bool distinct(std::span<const std::int8_t> axes, std::size_t below) {
  std::uint64_t seen = 0;
  for (auto a : axes) {
    if (a < -1 || a >= static_cast<int>(below))
      return false;
    if (a >= 0 && (seen >> a & 1))
      return false;
    if (a >= 0)
      seen |= std::uint64_t{1} << a;
  }
  return true;
}

fault fault_of_source(const layer_operand& o, const chunks& space) {
  auto& made = o.made;
  if (made.kind > source_kind::random_uniform || !is_known(made.type))
    return "has an unknown source";
  if (made.kind == source_kind::random_uniform && !is_floating(made.type))
    return "has random numbers that are not floats";
  if (made.kind == source_kind::arange
      && (made.extents.size() != 1 || is_complex(made.type)))
    return "has an arange that is not one axis of real numbers";
  if (made.extents.size() > max_axes
      || (o.made_axes.empty()
              ? made.extents.size() != space.size() && !made.extents.empty()
              : o.made_axes.size() != made.extents.size())
      || !distinct({o.made_axes.data(), o.made_axes.size()}, space.size()))
    return "has a source with axes that do not fit";
  std::int64_t elements = 1;
  for (auto n : made.extents)
    if (n < 0 || __builtin_mul_overflow(elements, n, &elements)
        || elements > most_bytes)
      return "has a source that is too large";
  return {};
}

/// A layer in its graph, as the rules below need it.
struct checker {
  const graph& g;
  const layer& l;

  const layer& from(std::size_t input) const {
    return g.layers[l.inputs[input].from];
  }

  fault feed(const op_blockwise& op, const chunks& space) const {
    std::vector<dtype> types;
    for (auto& o : op.operands) {
      if (o.input < -1 || o.input >= static_cast<int>(l.inputs.size()))
        return "has an operand that is no input";
      if (o.input < 0) {
        if (auto wrong = fault_of_source(o, space))
          return wrong;
        types.push_back(o.made.type);
        continue;
      }
      auto input = static_cast<std::size_t>(o.input);
      auto axes = from(input).out.size();
      if ((o.axes.empty() ? axes : o.axes.size()) != space.size()
          || !distinct({o.axes.data(), o.axes.size()}, axes))
        return "has an operand with axes that do not fit";
      if (from(input).parts != 0)
        return "computes with a partial result";
      types.push_back(from(input).type);
    }
    for (std::size_t i = 0; i < l.inputs.size(); ++i)
      if (!reads_one(l.inputs[i], from(i), l))
        return "has several blocks of an operand";
    return find_fault(op.code, types);
  }

  fault operator()(const op_blockwise& op) const {
    if (auto wrong = feed(op, l.out))
      return wrong;
    if (op.code.type() != l.type || l.parts != 0)
      return "has a dtype that is not its program's";
    return {};
  }

  fault operator()(const op_reduce_chunk& op) const {
    if (!known(op.how) || op.axes.size() != l.out.size()
        || op.space.size() != l.out.size())
      return "reduces axes that do not fit";
    if (auto wrong = find_fault(op.space))
      return wrong;
    for (std::size_t i = 0; i < l.out.size(); ++i)
      if (op.axes[i] ? l.out[i] != axis_chunks::ones(op.space[i].count())
                     : l.out[i] != op.space[i])
        return "reduces blocks that do not fit";
    if (auto wrong = feed(op.feed, op.space))
      return wrong;
    if (needs_order(op.how) && is_complex(op.feed.code.type()))
      return "orders complex numbers";
    if (l.parts != components(op.how)
        || l.type != partial_type(op.how, op.feed.code.type()))
      return "has the wrong kind of partial result";
    return {};
  }

  fault partial(reduction how) const {
    if (!known(how) || l.inputs.size() != 1)
      return "combines something unknown";
    auto& in = from(0);
    reduction given;
    if (auto* first = std::get_if<op_reduce_chunk>(&in.op))
      given = first->how;
    else if (auto* inner = std::get_if<op_reduce_combine>(&in.op))
      given = inner->how;
    else
      return "combines what is no partial result";
    if (given != how || in.parts != components(how))
      return "combines partial results of another reduction";
    return {};
  }

  fault operator()(const op_reduce_combine& op) const {
    if (auto wrong = partial(op.how))
      return wrong;
    if (l.type != from(0).type || l.parts != from(0).parts)
      return "has the wrong kind of partial result";
    return {};
  }

  fault operator()(const op_reduce_finish& op) const {
    if (auto wrong = partial(op.how))
      return wrong;
    return l.parts == 0 ? fault{} : "finishes with a partial result";
  }

  fault operator()(const op_slice& op) const {
    if (l.inputs.size() != 1 || from(0).parts != 0 || l.parts != 0
        || from(0).type != l.type)
      return "slices something that is no array";
    auto& in = from(0).out;
    if (op.start.size() != in.size() || op.step.size() != in.size()
        || op.extent.size() != in.size() || op.dropped.size() != in.size()
        || op.kept.size() != in.size() || op.added.size() != l.out.size())
      return "slices axes that do not fit";
    // an overlap gives one block if the cut is right, which `run_task` checks
    for (auto& map : l.inputs[0].axes)
      if (map.how == axis_map::kind::group)
        return "slices several blocks at once";
    return fault_of_cuts(op);
  }

  /// Kept axes in order are the axes of the result that are not added.
  fault fault_of_cuts(const op_slice& op) const {
    std::size_t axis = 0;
    auto skip = [&] {
      while (axis < l.out.size() && op.added[axis])
        if (l.out[axis++] != axis_chunks::ones(1))
          return false;
      return true;
    };
    auto wrong = std::string{"slices blocks that do not fit"};
    for (std::size_t i = 0; i < op.kept.size(); ++i) {
      if (op.step[i] == 0 || op.extent[i] != op.kept[i].extent())
        return wrong;
      std::int64_t reach = 0, last = 0;
      if (__builtin_mul_overflow(
              op.step[i], std::max<std::int64_t>(op.extent[i] - 1, 0), &reach)
          || __builtin_add_overflow(op.start[i], reach, &last))
        return wrong;
      if (op.dropped[i]) {
        if (op.kept[i] != axis_chunks::ones(1))
          return wrong;
        continue;
      }
      if (!skip() || axis >= l.out.size() || l.out[axis++] != op.kept[i])
        return wrong;
    }
    if (!skip() || axis != l.out.size())
      return wrong;
    return {};
  }

  fault operator()(const op_dot&) const {
    if (l.inputs.size() != 2 || l.parts != 0)
      return "multiplies something that is no pair of matrices";
    for (std::size_t i = 0; i < 2; ++i)
      if (from(i).parts != 0 || from(i).type != l.type || from(i).out.empty()
          || (from(i).out.size() > 2
              && from(i).out.size() != from(1 - i).out.size()))
        return "multiplies something that is no pair of matrices";
    if (l.out.size() > std::max<std::size_t>(from(0).out.size(), 2) + 1)
      return "multiplies something that is no pair of matrices";
    return {};
  }

  fault operator()(const op_assemble&) const {
    if (l.inputs.empty() || l.parts != 0)
      return "assembles nothing";
    for (std::size_t i = 0; i < l.inputs.size(); ++i) {
      if (from(i).parts != 0 || from(i).type != l.type
          || from(i).out.size() != l.out.size())
        return "assembles what does not fit";
      for (std::size_t axis = 0; axis < l.out.size(); ++axis) {
        auto& map = l.inputs[i].axes[axis];
        if (map.how != axis_map::kind::window
            || map.axis != static_cast<int>(axis))
          return "assembles axes out of order";
      }
    }
    return {};
  }

  /// Whether each block has as many elements as its input, `run_task` checks.
  fault operator()(const op_reshape&) const {
    if (l.inputs.size() != 1 || l.parts != 0 || from(0).parts != 0
        || from(0).type != l.type || !reads_one(l.inputs[0], from(0), l))
      return "reshapes what is no array";
    return {};
  }

  fault operator()(const op_scan& op) const {
    if (!can_scan(op.how) || op.axis >= l.out.size() || l.parts != 0
        || l.inputs.empty() || l.inputs.size() > 2)
      return "runs along no axis of an array";
    for (std::size_t i = 0; i < l.inputs.size(); ++i) {
      auto expected = l.out;
      if (i == 1)
        expected[op.axis] = axis_chunks::ones(l.out[op.axis].count());
      if (from(i).parts != 0 || from(i).type != l.type
          || from(i).out != expected || !reads_one(l.inputs[i], from(i), l))
        return "runs over blocks that do not fit";
    }
    return {};
  }

  /// Whether each element is there, the kernel checks.
  fault operator()(const op_take& op) const {
    if (l.inputs.size() != 1 || l.parts != 0 || from(0).parts != 0
        || from(0).type != l.type || from(0).out.size() != l.out.size()
        || op.axis >= l.out.size())
      return "takes elements of what is no array";
    if (l.out[op.axis].extent() != static_cast<std::int64_t>(op.at.size()))
      return "takes more or fewer elements than it has";
    for (std::size_t axis = 0; axis < l.out.size(); ++axis) {
      auto& map = l.inputs[0].axes[axis];
      const bool along = axis == op.axis;
      const bool fits = map.how == axis_map::kind::same
                        || (along && map.how == axis_map::kind::group);
      if (!fits || map.axis != static_cast<int>(axis)
          || (!along && l.out[axis] != from(0).out[axis]))
        return "takes elements across axes that do not fit";
    }
    return {};
  }

  fault reading() const {
    if (!l.inputs.empty() || l.parts != 0)
      return "reads a file but has inputs";
    return {};
  }

  fault operator()(const op_read_nc&) const {
    return reading();
  }

  fault operator()(const op_read_npy&) const {
    return reading();
  }

  fault operator()(const op_call& op) const {
    if (op.retries > most_retries)
      return "is to be run again " + std::to_string(op.retries) + " times";
    if (const auto wrong = fault_of(op.resources))
      return "needs resources: " + *wrong;
    return {};
  }
};

fault fault_of_layer(const graph& g, layer_id id) {
  auto& l = g.layers[id];
  if (!is_known(l.type) || l.parts > 64)
    return "has an unknown dtype";
  if (auto wrong = find_fault(l.out))
    return wrong;
  if (l.edges) {
    if (!l.inputs.empty() || l.out.size() != 1
        || !std::holds_alternative<op_call>(l.op))
      return "has explicit edges but is no row of calls";
    return find_fault(*l.edges, l.out[0].count());
  }
  if (l.inputs.size() > 0xffff)
    return "has too many inputs";
  for (std::size_t i = 0; i < l.inputs.size(); ++i) {
    if (l.inputs[i].from >= id)
      return "reads layer " + std::to_string(l.inputs[i].from)
             + ", which is not before it";
    auto& from = g.layers[l.inputs[i].from];
    if (is_opaque(from) && !std::holds_alternative<op_call>(l.op))
      return "computes with blocks of unknown shape";
    if (auto wrong = find_fault(l.inputs[i], from, l))
      return "input " + std::to_string(i) + " " + *wrong;
  }
  return std::visit(checker{g, l}, l.op);
}

} // namespace

fault find_fault(const chunks& cut) {
  if (cut.size() > max_axes)
    return "has " + std::to_string(cut.size()) + " axes";
  std::int64_t blocks = 1, elements = 1;
  for (auto& axis : cut) {
    if (axis.count() < 1 || axis.extent() < 0)
      return "has an axis without blocks";
    if (__builtin_mul_overflow(blocks, axis.count(), &blocks)
        || blocks >= max_blocks)
      return "has too many blocks";
    if (__builtin_mul_overflow(
            elements, std::max<std::int64_t>(axis.extent(), 1), &elements)
        || elements > most_bytes / 1024) // 16 bytes, 64 components
      return "has too many elements";
  }
  return {};
}

fault find_fault(const graph& g) {
  if (g.layers.size() >= max_layers)
    return "a graph of " + std::to_string(g.layers.size()) + " layers";
  for (auto root : g.roots)
    if (root >= g.layers.size())
      return "root " + std::to_string(root) + " is no layer";
  for (layer_id id = 0; id < g.layers.size(); ++id)
    if (auto wrong = fault_of_layer(g, id))
      return "layer " + std::to_string(id) + " (" + g.layers[id].expression
             + ") " + *wrong;
  return {};
}

} // namespace tern
