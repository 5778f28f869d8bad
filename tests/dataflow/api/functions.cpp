#include "tests/dataflow/api/functions.hpp"

#include <unistd.h>

#include <cstdint>
#include <numeric>
#include <stdexcept>

namespace tern::testing {

namespace {

using blocks = std::span<const block>;
using bytes = std::span<const std::byte>;

block sum(blocks inputs, bytes) {
  double total = 0;
  for (const auto& b : inputs)
    dispatch_real(b.type(), [&](auto zero) {
      for (auto x : b.values<decltype(zero)>())
        total += static_cast<double>(x);
    });
  return block::of(total);
}

block count_to(blocks inputs, bytes) {
  block_builder out{dtype::int64,
                    {static_cast<std::int64_t>(inputs[0].item())}};
  auto values = out.values<std::int64_t>();
  std::iota(values.begin(), values.end(), 0);
  return out.finish();
}

} // namespace

kernel_registry functions() {
  kernel_registry known;
  known.add("sum", sum);
  known.add("count_to", count_to);
  known.add("blocks", [](blocks inputs, bytes) {
    return block::of(static_cast<double>(inputs.size()));
  });
  known.add("length", [](blocks, bytes text) {
    return block::of(static_cast<double>(text.size()));
  });
  known.add("process", [](blocks, bytes) {
    return block::of(static_cast<double>(::getpid()));
  });
  known.add("fail", [](blocks, bytes) -> block {
    throw std::runtime_error("this function always fails");
  });
  return known;
}

} // namespace tern::testing
