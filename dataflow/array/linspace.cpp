// start + i * step for an arange i, as NumPy has it: the last one is exactly
// `stop`.

#include "dataflow/array/node.hpp"
#include "dataflow/array/promotion.hpp"
#include "dataflow/array/words.hpp"

namespace tern {

array linspace(scalar start, scalar stop, std::int64_t count, bool closed,
               dtype type, const chunk_spec& cut) {
  auto words = "linspace(" + words_of(start) + ", " + words_of(stop) + ", "
               + std::to_string(count) + ")";
  if (count < 0)
    throw expression_error(words + ": fewer than 0 numbers");
  const scalar ends[] = {start, stop};
  refuse_complex("linspace", ends);
  const auto first = as_real(start);
  const auto last = as_real(stop);
  const auto i =
      arange(std::int64_t{0}, count, std::int64_t{1}, dtype::float64, cut);
  const auto steps = closed ? count - 1 : count;
  const double step =
      steps > 0 ? (last - first) / static_cast<double>(steps) : last - first;
  auto result = binary(opcode::add, binary(opcode::multiply, i, scalar(step)),
                       scalar(first));
  if (closed && count > 1)
    result =
        where(binary(opcode::equal, i, scalar(static_cast<double>(count - 1))),
              scalar(last), result);
  return result.astype(type).named(std::move(words));
}

} // namespace tern
