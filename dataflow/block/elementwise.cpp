#include "dataflow/block/kernels.hpp"
#include "dataflow/block/tile_evaluator.hpp"

#include <stdexcept>

namespace tern {

block elementwise(const program& code, std::span<const operand> operands,
                  const shape& s) {
  if (code.steps.empty())
    throw std::invalid_argument("a program without steps");
  block_builder out(code.type(), s);
  if (out.size() != 0)
    tile_evaluator(code, operands, s).fill_all(out.data());
  return out.finish();
}

block make_source(const source& made, const shape& origin, const shape& s) {
  const program load{{step{.op = opcode::load, .type = made.type}}};
  const operand from{.data = {}, .axes = {}, .made = &made, .origin = origin};
  return elementwise(load, {&from, 1}, s);
}

} // namespace tern
