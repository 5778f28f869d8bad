#include "dataflow/graph/evaluate.hpp"

#include "dataflow/block/kernels.hpp"
#include "dataflow/graph/axis_walk.hpp"
#include "dataflow/graph/edges.hpp"
#include "dataflow/graph/read_part.hpp"

#include <array>

namespace tern {

namespace {

using operand_list = boost::container::small_vector<operand, 4>;

[[noreturn]] void refuse(const std::string& what) {
  throw std::invalid_argument(what);
}

/// The result axis that runs along each axis of a source, turned around: for
/// each result axis the axis of the source, or -1.
operand see_source(const layer_operand& o, const chunks& space,
                   const shape& index) {
  operand result;
  result.made = &o.made;
  result.axes.assign(space.size(), -1);
  auto axes = o.made.extents.size();
  result.origin.assign(axes, 0);
  for (std::size_t k = 0; k < axes; ++k) {
    auto along = o.made_axes.empty() ? static_cast<int>(k) : o.made_axes[k];
    if (along < 0)
      continue;
    auto r = static_cast<std::size_t>(along);
    result.axes[r] = static_cast<std::int8_t>(k);
    result.origin[k] = space[r].start(index[r]);
  }
  return result;
}

/// Every axis of the operand has the result's extent or 1.
void check_operand(const operand& o, const shape& s) {
  auto& extents = o.data.shape();
  std::uint64_t used = 0;
  for (std::size_t r = 0; r < s.size(); ++r) {
    auto axis = o.axes.empty() ? static_cast<int>(r) : o.axes[r];
    if (axis < 0)
      continue;
    used |= std::uint64_t{1} << axis;
    auto n = extents[static_cast<std::size_t>(axis)];
    if (n != s[r] && n != 1)
      refuse("an operand of shape " + to_string(extents)
             + " does not fit a block of shape " + to_string(s));
  }
  for (std::size_t axis = 0; axis < extents.size(); ++axis)
    if (!(used >> axis & 1) && extents[axis] != 1)
      refuse("an operand of shape " + to_string(extents)
             + " has an axis more than a block of shape " + to_string(s));
}

/// One task of one layer: where it stands and what it got.
struct evaluation {
  const edge_index& edges;
  const block_key& task;
  const layer& l;
  shape index;
  std::span<const block> inputs;
  const task_hooks& hooks;

  operand_list operands(const op_blockwise& op, const chunks& space,
                        const shape& s) const {
    operand_list list;
    for (auto& o : op.operands) {
      if (o.input < 0) {
        list.push_back(see_source(o, space, index));
        continue;
      }
      operand seen;
      seen.data = inputs[static_cast<std::size_t>(o.input)];
      seen.axes = o.axes;
      check_operand(seen, s);
      list.push_back(std::move(seen));
    }
    return list;
  }

  block operator()(const op_blockwise& op) const {
    auto s = block_shape(l.out, index);
    auto list = operands(op, l.out, s);
    return elementwise(op.code, {list.data(), list.size()}, s);
  }

  block operator()(const op_reduce_chunk& op) const {
    auto s = block_shape(op.space, index);
    auto list = operands(op.feed, op.space, s);
    if (finds_index(op.how))
      return first_extreme_chunk(op.how, op.feed.code,
                                 {list.data(), list.size()}, s, op.axes,
                                 origin_in(op.space), extents(op.space));
    return reduce_chunk(op.how, op.feed.code, {list.data(), list.size()}, s,
                        op.axes);
  }

  /// Where this task's block begins.
  shape origin_in(const chunks& space) const {
    shape origin;
    for (std::size_t i = 0; i < space.size(); ++i)
      origin.push_back(space[i].start(index[i]));
    return origin;
  }

  block combined(reduction how) const {
    if (inputs.size() == 1)
      return inputs[0];
    for (auto& b : inputs)
      if (b.shape() != inputs[0].shape())
        refuse("partial results of shapes " + to_string(inputs[0].shape())
               + " and " + to_string(b.shape()) + " cannot be combined");
    return reduce_combine(how, inputs);
  }

  block operator()(const op_reduce_combine& op) const {
    return combined(op.how);
  }

  block operator()(const op_reduce_finish& op) const {
    auto part = combined(op.how);
    auto s = block_shape(l.out, index);
    if (part.size()
        != element_count(s) * static_cast<std::int64_t>(components(op.how)))
      refuse("a partial result of shape " + to_string(part.shape())
             + " does not give a block of shape " + to_string(s));
    return reduce_finish(op.how, part, s, l.type, op.ddof);
  }

  block operator()(const op_slice& op) const {
    if (inputs.size() != 1)
      refuse("a slice of " + std::to_string(inputs.size()) + " blocks");
    block_key from;
    edges.for_each_input(task, [&](auto, const block_key& k) { from = k; });
    auto at = index_of(edges.grid_of(from.layer), from.index);
    auto& input = edges.at(from.layer).out;
    shape start, count;
    std::size_t axis = 0;
    for (std::size_t i = 0; i < input.size(); ++i) {
      std::int64_t block_index = 0;
      if (!op.dropped[i]) {
        while (op.added[axis])
          ++axis;
        block_index = index[axis++];
      }
      count.push_back(op.kept[i].size(block_index));
      start.push_back(op.start[i] + op.step[i] * op.kept[i].start(block_index)
                      - input[i].start(at[i]));
      auto last = start[i] + op.step[i] * (count[i] - 1);
      auto extent = input[i].size(at[i]);
      if (count[i] > 0
          && (start[i] < 0 || start[i] >= extent || last < 0 || last >= extent))
        refuse("a slice leaves its block of shape "
               + to_string(inputs[0].shape()));
    }
    return slice(inputs[0], start, op.step, count, block_shape(l.out, index));
  }

  /// `data`: a block, or only the part of it that this task reads.
  block_part part_from(const layer_input& in, const shape& at,
                       const block& data) const {
    auto p = part_of(edges, l, index, in, at);
    if (data.shape() == p.extent)
      p.start.assign(p.start.size(), 0);
    return {data, p.start, p.extent, p.to};
  }

  block operator()(const op_assemble&) const {
    const auto s = block_shape(l.out, index);
    std::vector<block_part> parts;
    for (auto& in : l.inputs)
      for_each_block(in, [&](const shape& at) {
        parts.push_back(part_from(in, at, inputs[parts.size()]));
      });
    std::int64_t elements = 0;
    for (auto& p : parts)
      elements += element_count(p.extent);
    if (elements != element_count(s))
      refuse("its parts have " + std::to_string(elements)
             + " elements, which do not make a block of shape " + to_string(s));
    return assemble(l.type, s, parts);
  }

  /// The blocks that this task reads of an input, in the order of their slots.
  template <class F>
  void for_each_block(const layer_input& in, F&& f) const {
    auto& from = edges.at(in.from);
    shape first, count;
    for (std::size_t axis = 0; axis < in.axes.size(); ++axis) {
      const axis_walk walk{in.axes[axis], from, axis, l};
      const auto read = walk.inputs(walk.axis < 0 ? 0 : index[axis]);
      first.push_back(read.first);
      count.push_back(read.size());
    }
    const auto blocks = element_count(count);
    for (std::int64_t i = 0; i < blocks; ++i) {
      auto at = index_of(count, i);
      for (std::size_t axis = 0; axis < at.size(); ++axis)
        at[axis] += first[axis];
      f(at);
    }
  }

  block operator()(const op_reshape&) const {
    const auto s = block_shape(l.out, index);
    if (inputs.size() != 1 || inputs[0].size() != element_count(s))
      refuse("what comes in does not make a block of shape " + to_string(s));
    return block::wrap(l.type, s, inputs[0].storage());
  }

  block operator()(const op_scan& op) const {
    if (inputs.empty() || inputs.size() > 2)
      refuse("running results of " + std::to_string(inputs.size()) + " blocks");
    return scan(op.how, inputs[0], inputs.size() == 2 ? inputs[1] : block{},
                op.axis);
  }

  block operator()(const op_take& op) const {
    const auto& cut = l.out[op.axis];
    const auto at = std::span{op.at}.subspan(
        static_cast<std::size_t>(cut.start(index[op.axis])),
        static_cast<std::size_t>(cut.size(index[op.axis])));
    return take(inputs, op.axis, at);
  }

  block operator()(const op_dot&) const {
    auto s = block_shape(l.out, index);
    if (inputs.empty() || inputs.size() % 2)
      refuse("a product of " + std::to_string(inputs.size()) + " blocks");
    auto left = inputs.size() / 2;
    boost::container::small_vector<block, 32> matrices;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      matrices.push_back(as_matrix(inputs[i], i < left));
    check_product(matrices[0], matrices[left], s);
    auto product = dot({matrices.data(), left}, {matrices.data() + left, left});
    return product.shape() == s ? product
                                : block::wrap(l.type, s, product.storage());
  }

  static block as_matrix(const block& b, bool is_left) {
    auto& s = b.shape();
    if (s.size() >= 2)
      return b;
    return block::wrap(b.type(), is_left ? shape{1, s[0]} : shape{s[0], 1},
                       b.storage());
  }

  /// Before memory is taken for it; the rest `dot` checks.
  static void check_product(const block& left, const block& right,
                            const shape& s) {
    const auto& a = left.shape();
    const auto& b = right.shape();
    std::int64_t elements = a[a.size() - 2] * b.back();
    for (std::size_t i = 0; i + 2 < std::min(a.size(), b.size()); ++i)
      elements *= a[i] == 1 ? b[i] : a[i];
    if (elements != element_count(s))
      refuse("a product of blocks of shapes " + to_string(a) + " and "
             + to_string(b) + " is no block of shape " + to_string(s));
  }

  block operator()(const op_read_nc& op) const {
    if (!hooks.read_nc)
      refuse("nobody here reads files");
    return hooks.read_nc(op, l.type, origin_in(l.out),
                         block_shape(l.out, index));
  }

  block operator()(const op_read_npy& op) const {
    if (!hooks.read_npy)
      refuse("nobody here reads files");
    return hooks.read_npy(op, l.type, extents(l.out), origin_in(l.out),
                          block_shape(l.out, index));
  }

  block operator()(const op_call& op) const {
    if (!hooks.call)
      refuse("nobody here knows the function " + op.name);
    return hooks.call(op, task, l.type, block_shape(l.out, index), inputs);
  }
};

/// A task that puts blocks together may get the parts alone that it reads.
bool is_part(const edge_index& edges, const block_key& task, std::uint32_t slot,
             const block& b) {
  const auto part = part_in_slot(edges, task, slot);
  return part && b.shape() == part->extent;
}

void check_inputs(const edge_index& edges, const block_key& task,
                  std::span<const block> inputs) {
  auto expected = edges.slots(task);
  if (inputs.size() != expected)
    refuse(std::to_string(inputs.size()) + " inputs came instead of "
           + std::to_string(expected));
  edges.for_each_input(task, [&](std::uint32_t slot, const block_key& from) {
    auto& b = inputs[slot];
    const auto& maker = edges.at(from.layer);
    const bool fits = b
                      && (is_opaque(maker)
                          || (b.type() == maker.type
                              && (b.shape() == shape_of(edges, from)
                                  || is_part(edges, task, slot, b))));
    if (!fits)
      refuse("input " + std::to_string(slot) + " is not the block of "
             + describe(edges, from));
  });
}

result<block> try_once(const edge_index& edges, const block_key& task,
                       std::span<const block> inputs, const task_hooks& hooks) {
  auto failed = [&](failure_kind kind, const char* what) {
    return fail(kind, describe(edges, task) + ": " + what);
  };
  try {
    return run_task(edges, task, inputs, hooks);
  } catch (const task_error& e) {
    return failed(e.kind(), e.what());
  } catch (const std::bad_alloc&) {
    return failed(failure_kind::memory, "no memory for a block");
  } catch (const std::exception& e) {
    return failed(failure_kind::kernel, e.what());
  } catch (...) {
    return failed(failure_kind::kernel, "an exception of an unknown type");
  }
}

/// What another try may mend: the function threw, and not the hook around it,
/// which knows what kind of failure its own are.
bool may_pass(const failure& why) noexcept {
  return why.kind == failure_kind::kernel || why.kind == failure_kind::memory;
}

} // namespace

block run_task(const edge_index& edges, const block_key& task,
               std::span<const block> inputs, const task_hooks& hooks) {
  auto& l = edges.at(task.layer);
  if (!l.edges)
    check_inputs(edges, task, inputs);
  auto made =
      std::visit(evaluation{edges, task, l,
                            index_of(edges.grid_of(task.layer), task.index),
                            inputs, hooks},
                 l.op);
  if (!made)
    refuse("no block came of it");
  if (!l.edges && !is_opaque(l) && made.type() != l.type)
    refuse("a block of " + std::string{name_of(made.type())} + " came of it");
  if (!l.edges && !is_opaque(l) && std::holds_alternative<op_call>(l.op)
      && made.shape() != shape_of(edges, task)) // whoever wrote the function
    refuse("a block of shape " + to_string(made.shape())
           + " came of it instead of " + to_string(shape_of(edges, task)));
  return made;
}

result<block> try_task(const edge_index& edges, const block_key& task,
                       std::span<const block> inputs, const task_hooks& hooks) {
  auto outcome = try_once(edges, task, inputs, hooks);
  const auto* call = std::get_if<op_call>(&edges.at(task.layer).op);
  if (outcome || !call || call->retries == 0 || !may_pass(outcome.error()))
    return outcome;
  std::uint32_t tries = 1;
  while (!outcome && may_pass(outcome.error()) && tries <= call->retries
         && !(hooks.abandoned && hooks.abandoned())) {
    outcome = try_once(edges, task, inputs, hooks);
    ++tries;
  }
  if (!outcome)
    outcome.error().what +=
        " (tried " + std::to_string(tries) + (tries > 1 ? " times)" : " time)");
  return outcome;
}

std::string describe(const edge_index& edges, const block_key& task) {
  auto index = index_of(edges.grid_of(task.layer), task.index);
  auto& words = edges.at(task.layer).expression;
  return (words.empty() ? "layer " + std::to_string(task.layer) : words)
         + ", block " + to_string(index);
}

shape shape_of(const edge_index& edges, const block_key& task) {
  auto& l = edges.at(task.layer);
  auto index = index_of(edges.grid_of(task.layer), task.index);
  shape s;
  if (l.parts)
    s.push_back(static_cast<std::int64_t>(l.parts));
  for (std::size_t i = 0; i < l.out.size(); ++i)
    s.push_back(l.out[i].size(index[i]));
  return s;
}

} // namespace tern
