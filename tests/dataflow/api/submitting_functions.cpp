#include "tests/dataflow/api/submitting_functions.hpp"

#include <tern/tern.hpp>

#include <cstdint>
#include <vector>

namespace tern::testing {

namespace {

using blocks = std::span<const block>;
using bytes = std::span<const std::byte>;

block leaves(blocks inputs, bytes) {
  const auto depth = inputs[0].item();
  if (depth == 0)
    return block::of(1.0);
  auto s = session::of_this_call();
  const auto [left, right] =
      s.gather(s.submit("leaves", depth - 1), s.submit("leaves", depth - 1));
  return block::of(left.item<double>() + right.item<double>());
}

// Each needs what the one that waits for it needs, too.
block leaves_with_gpu(blocks inputs, bytes) {
  const auto depth = inputs[0].item();
  if (depth == 0)
    return block::of(1.0);
  auto s = session::of_this_call();
  const auto half =
      s.submit({.resources = {{"GPU", 1}}}, "leaves_with_gpu", depth - 1);
  return block::of(2 * s.gather(half).item<double>());
}

block total(blocks inputs, bytes) {
  const auto n = static_cast<std::int64_t>(inputs[0].item());
  const auto all = ones({n, n}, dtype::float64, {{10, 10}}).sum();
  return block::of(session::of_this_call().compute(all).item<double>());
}

block as_they_come(blocks inputs, bytes) {
  auto s = session::of_this_call();
  double sum = 0;
  const std::vector<int> depths(static_cast<std::size_t>(inputs[0].item()));
  for (auto& done : s.as_completed(s.map("leaves", depths)))
    sum += done.result().item<double>();
  return block::of(sum);
}

} // namespace

void add_submitting_functions(kernel_registry& known) {
  known.add("leaves", leaves);
  known.add("leaves_with_gpu", leaves_with_gpu);
  known.add("total", total);
  known.add("as_they_come", as_they_come);
}

} // namespace tern::testing
