// One run of `tern-bench fused`, our side.

#include "bench/fused.hpp"
#include "bench/held_array.hpp"
#include "dataflow/runtime/executor.hpp"

#include <fmt/format.h>

#include <iostream>

namespace tern::bench {

namespace {

constexpr std::int64_t block_elements = 1'000'000;

/// Numbers from 0.5 to 1.5 that look like none in particular; the rivals have
/// the same.
double number(std::uint64_t i, std::uint64_t factor) {
  return static_cast<double>((i * factor) & 0xffffffffu) * 0x1p-32 + 0.5;
}

std::vector<block> blocks_of(std::int64_t n, std::uint64_t factor) {
  std::vector<block> blocks;
  for (std::int64_t first = 0; first < n; first += block_elements) {
    block_builder b{dtype::float64, {std::min(block_elements, n - first)}};
    auto values = b.values<double>();
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = number(static_cast<std::uint64_t>(first) + i, factor);
    blocks.push_back(b.finish());
  }
  return blocks;
}

array waves(const array& a, const array& b) {
  const auto x = unary(opcode::square, unary(opcode::sin, a));
  const auto y = unary(opcode::square, unary(opcode::cos, b));
  const auto root = unary(opcode::sqrt, binary(opcode::add, x, y));
  return binary(opcode::subtract, binary(opcode::multiply, root, 2.0),
                binary(opcode::divide, a, b));
}

array line(const array& a, const array& b) {
  return binary(opcode::add, binary(opcode::multiply, a, 2.0), b);
}

} // namespace

int run_fused_once(const std::string& expression, std::int64_t n,
                   unsigned threads) {
  session_options options;
  options.scheduler = scheduler::threads;
  options.threads = threads;
  const auto cut = cut_shape({n}, dtype::float64, {{block_elements}});
  const auto a =
      held_array(options.kernels, "a", cut, blocks_of(n, 2654435761u));
  const auto b =
      held_array(options.kernels, "b", cut, blocks_of(n, 2246822519u));
  auto opened = executor::open(std::move(options));
  if (!opened) {
    std::cerr << opened.error().what << '\n';
    return 1;
  }
  const auto sum = (expression == "waves" ? waves(a, b) : line(a, b))
                       .reduce(reduction::sum, {});
  for (const bool measured : {false, true}) {
    double value = 0;
    compute_hooks hooks;
    hooks.sink = [&](std::size_t, const shape&, const shape&,
                     const block& made) -> result<void> {
      value = made.values<double>()[0];
      return {};
    };
    const auto done = (*opened)->compute({&sum, 1}, hooks);
    if (!done) {
      std::cerr << done.error().what << '\n';
      return 1;
    }
    if (measured)
      std::cout << fmt::format("{{\"seconds\": {:.6f}, \"value\": {}}}\n",
                               done->seconds, value);
  }
  return 0;
}

} // namespace tern::bench
