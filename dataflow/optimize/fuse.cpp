// Fusion of elementwise work. A blockwise layer that one other layer reads,
// once, is computed by its reader: the programs are joined, and the reader's
// operands become those of the layer, seen through both ways of seeing. That
// saves a block written and read back, a task and a message a block, and does
// the same arithmetic on every element.
//
// A layer stays where it is
// - if it is a root, or several layers or inputs read it: it would be computed
//   twice;
// - if its reader repeats it along an axis and it is more than a way to see
//   something (a transposition, a constant): each element would be computed
//   once for each repetition;
// - if the joined program would be too long for its values to stay in cache.
//
// Layers are visited in topological order, so what a layer reads has already
// taken in what that reads, and one visit is enough.

#include "dataflow/optimize/compose.hpp"
#include "dataflow/optimize/join_program.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <algorithm>

namespace tern {

namespace {

constexpr std::size_t most_steps = 64;
constexpr std::size_t most_operands = 16;

/// The elementwise work of a layer and the blocks it runs over; null: none.
struct work {
  op_blockwise* op = nullptr;
  const chunks* space = nullptr;
};

work work_of(layer& l) {
  if (auto* op = std::get_if<op_blockwise>(&l.op))
    return {op, &l.out};
  if (auto* op = std::get_if<op_reduce_chunk>(&l.op))
    return {&op->feed, &op->space};
  return {};
}

/// Nothing but ways to see something: no arithmetic that could be repeated.
bool is_cheap(const op_blockwise& op) {
  return std::all_of(op.code.steps.begin(), op.code.steps.end(),
                     [](const step& s) {
                       return s.op == opcode::load || s.op == opcode::constant;
                     })
         && std::all_of(op.operands.begin(), op.operands.end(),
                        [](const layer_operand& o) {
                          return o.input >= 0
                                 || o.made.kind != source_kind::random_uniform;
                        });
}

/// Inputs and operands of a layer while they are put together.
struct operand_table {
  std::vector<layer_input> inputs;
  std::vector<layer_operand> operands;

  /// Numbers of equal ones are shared.
  std::uint16_t add(layer_operand o, const layer_input* by) {
    if (by)
      o.input = static_cast<std::int32_t>(place_of(inputs, *by));
    return static_cast<std::uint16_t>(place_of(operands, std::move(o)));
  }

private:
  template <class T>
  static std::size_t place_of(std::vector<T>& list, T item) {
    auto found = std::find(list.begin(), list.end(), item);
    auto place = static_cast<std::size_t>(found - list.begin());
    if (found == list.end())
      list.push_back(std::move(item));
    return place;
  }
};

class fuser {
public:
  explicit fuser(graph g) : g_(std::move(g)), reads_(g_.layers.size(), 0) {
    for (auto root : g_.roots)
      reads_[root] += 2; // the session, and no one else may take it in
    for (auto& l : g_.layers)
      count(l, 1);
  }

  graph run() {
    for (auto& l : g_.layers)
      while (take_in_one(l)) {
      }
    return cull(std::move(g_));
  }

private:
  void count(const layer& l, int n) {
    for (auto& in : l.inputs)
      reads_[in.from] += n;
  }

  bool take_in_one(layer& l) {
    auto w = work_of(l);
    if (!w.op)
      return false;
    for (std::size_t i = 0; i < l.inputs.size(); ++i)
      if (reads_[l.inputs[i].from] == 1 && take_in(l, w, i))
        return true;
    return false;
  }

  /// The only operand that is block `input`; none if there are several.
  static std::optional<std::size_t> only_operand(const op_blockwise& op,
                                                 std::size_t input) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < op.operands.size(); ++i) {
      if (op.operands[i].input != static_cast<std::int32_t>(input))
        continue;
      if (found)
        return {};
      found = i;
    }
    return found;
  }

  bool take_in(layer& l, const work& w, std::size_t input) {
    auto& inner = g_.layers[l.inputs[input].from];
    auto* inner_op = std::get_if<op_blockwise>(&inner.op);
    auto at = only_operand(*w.op, input);
    if (!inner_op || !at)
      return false;
    auto& seen = w.op->operands[*at];
    if (repeats(inner, seen, *w.space) && !is_cheap(*inner_op))
      return false;

    operand_table table;
    std::vector<std::uint16_t> outer_names, inner_names;
    for (std::size_t i = 0; i < w.op->operands.size(); ++i) {
      auto& o = w.op->operands[i];
      auto* by =
          o.input < 0 ? nullptr : &l.inputs[static_cast<std::size_t>(o.input)];
      outer_names.push_back(i == *at ? std::uint16_t{0} : table.add(o, by));
    }
    for (auto& o : inner_op->operands) {
      auto composed = compose(inner, o, l.inputs[input], seen, *w.space);
      if (!composed)
        return false;
      auto* by = composed->input ? &*composed->input : nullptr;
      inner_names.push_back(table.add(composed->operand, by));
    }
    if (table.operands.size() > most_operands)
      return false;
    auto code = join(inner_op->code, inner_names, w.op->code, outer_names,
                     static_cast<std::uint16_t>(*at), most_steps);
    if (!code)
      return false;

    count(inner, -1);
    count(l, -1);
    inner.inputs.clear();
    l.inputs = std::move(table.inputs);
    count(l, 1);
    w.op->operands = std::move(table.operands);
    w.op->code = std::move(*code);
    return true;
  }

  graph g_;
  std::vector<int> reads_; ///< inputs of layers that are this layer
};

} // namespace

graph fuse(graph g) {
  return fuser{std::move(g)}.run();
}

} // namespace tern
