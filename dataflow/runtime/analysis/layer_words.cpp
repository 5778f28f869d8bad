#include "dataflow/runtime/analysis/layer_words.hpp"

#include "dataflow/array/words.hpp"

#include <fmt/format.h>

#include <vector>

namespace tern {

namespace {

struct kernel_words {
  std::string operator()(const op_blockwise& op) const {
    return fmt::format("blockwise, {} steps", op.code.steps.size());
  }
  std::string operator()(const op_reduce_chunk& op) const {
    return fmt::format("reduce blocks, {} steps", op.feed.code.steps.size());
  }
  std::string operator()(const op_reduce_combine&) const {
    return "combine";
  }
  std::string operator()(const op_reduce_finish&) const {
    return "finish";
  }
  std::string operator()(const op_slice&) const {
    return "slice";
  }
  std::string operator()(const op_dot&) const {
    return "dot";
  }
  std::string operator()(const op_assemble&) const {
    return "assemble";
  }
  std::string operator()(const op_reshape&) const {
    return "reshape";
  }
  std::string operator()(const op_scan&) const {
    return "scan";
  }
  std::string operator()(const op_take&) const {
    return "take";
  }
  std::string operator()(const op_read_nc& op) const {
    return "read " + op.path;
  }
  std::string operator()(const op_read_npy& op) const {
    return "read " + op.path;
  }
  std::string operator()(const op_call& op) const {
    return "call " + op.name;
  }
};

std::string words_of(const source& made) {
  switch (made.kind) {
  case source_kind::full:
    return fmt::format("one value, {}", to_string(made.extents));
  case source_kind::arange:
    return fmt::format("arange, {}", to_string(made.extents));
  case source_kind::random_uniform:
    return fmt::format("random, seed {}, {}", made.seed,
                       to_string(made.extents));
  }
  return "a source";
}

/// The steps in order, and what the task makes itself.
std::string words_of(const op_blockwise& op) {
  std::string text;
  for (const auto& s : op.code.steps)
    if (s.op == opcode::constant)
      text += " constant";
    else if (s.op != opcode::load)
      text += fmt::format(" {}", name_of(s.op));
  for (const auto& o : op.operands)
    if (o.input < 0)
      text += fmt::format(" [{}]", words_of(o.made));
  return shortened(text.empty() ? text : text.substr(1));
}

std::string axes_of(const std::vector<bool>& axes) {
  std::string text;
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (axes[i])
      text += fmt::format("{}{}", text.empty() ? "" : ", ", i);
  return text.empty() ? "no axis" : "axis " + text;
}

struct parameter_words {
  std::string operator()(const op_blockwise& op) const {
    return words_of(op);
  }
  std::string operator()(const op_reduce_chunk& op) const {
    const auto feed = words_of(op.feed);
    return fmt::format("{} along {}{}{}", name_of(op.how), axes_of(op.axes),
                       feed.empty() ? "" : " of ", feed);
  }
  std::string operator()(const op_reduce_combine& op) const {
    return std::string{name_of(op.how)};
  }
  std::string operator()(const op_reduce_finish& op) const {
    return op.ddof == 0 ? std::string{name_of(op.how)}
                        : fmt::format("{}, ddof {}", name_of(op.how), op.ddof);
  }
  std::string operator()(const op_slice& op) const {
    return fmt::format("from {} by {}, {} elements", to_string(op.start),
                       to_string(op.step), to_string(op.extent));
  }
  std::string operator()(const op_scan& op) const {
    return fmt::format("{} along axis {}", name_of(op.how), op.axis);
  }
  std::string operator()(const op_take& op) const {
    return fmt::format("{} elements along axis {}", op.at.size(), op.axis);
  }
  std::string operator()(const op_read_nc& op) const {
    return op.variable;
  }
  std::string operator()(const op_call& op) const {
    return op.arguments.empty()
               ? std::string{}
               : fmt::format("{} bytes of arguments", op.arguments.size());
  }
  template <class Op>
  std::string operator()(const Op&) const {
    return {};
  }
};

} // namespace

std::string kernel_of(const layer& l) {
  return std::visit(kernel_words{}, l.op);
}

std::string parameters_of(const layer& l) {
  return std::visit(parameter_words{}, l.op);
}

} // namespace tern
