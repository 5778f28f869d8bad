// One run of `tern-bench fused`, our side. The operands lie in memory as blocks
// before the clock starts: a task a block hands out what is there, as it would
// for an array that was computed before and held.

#include "bench/fused.hpp"
#include "dataflow/array/node.hpp"
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

/// An array of blocks that the function `name` hands out by their number.
array held(const std::string& name, std::int64_t n) {
  const auto cut = cut_shape({n}, dtype::float64, {{block_elements}});
  const auto numbers = arange(std::int64_t{0}, cut[0].count(), std::int64_t{1},
                              dtype::int64, {{1}});
  auto made = make_node(op_call{name, {}}, dtype::float64, cut, name);
  add_input(*made, numbers.root(), {axis_map{}});
  return array{std::move(made)};
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
  for (const auto& [name, factor] :
       {std::pair{"a", 2654435761u}, std::pair{"b", 2246822519u}})
    options.kernels.add(
        name, [blocks = blocks_of(n, factor)](std::span<const block> number,
                                              std::span<const std::byte>) {
          return blocks.at(
              static_cast<std::size_t>(number[0].values<std::int64_t>()[0]));
        });
  auto opened = executor::open(std::move(options));
  if (!opened) {
    std::cerr << opened.error().what << '\n';
    return 1;
  }
  const auto a = held("a", n);
  const auto b = held("b", n);
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
