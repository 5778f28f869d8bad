#include "bench/functions.hpp"

#include "bench/naps.hpp"
#include "dataflow/array/node.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace tern::bench {

namespace {

block increment(std::span<const block> inputs, std::span<const std::byte>) {
  block_builder sum{dtype::int64, {1}};
  sum.values<std::int64_t>()[0] = inputs[0].values<std::int64_t>()[0] + 1;
  return sum.finish();
}

block spin(std::span<const block>, std::span<const std::byte> arguments) {
  std::uint64_t rounds = 0;
  std::memcpy(&rounds, arguments.data(),
              std::min(arguments.size(), sizeof rounds));
  block_builder one{dtype::int64, {1}};
  one.values<std::int64_t>()[0] = go_round(rounds) == 0 ? 0 : 1;
  return one.finish();
}

block slow(std::span<const block> inputs,
           std::span<const std::byte> arguments) {
  double seconds = 0;
  std::memcpy(&seconds, arguments.data(),
              std::min(arguments.size(), sizeof seconds));
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  return inputs[0];
}

/// One task for each block of `x`, which makes a block of the same form.
array call(const char* name, std::vector<std::byte> arguments, const array& x) {
  auto made =
      make_node(op_call{name, std::move(arguments)}, x.type(), x.cut(), name);
  add_input(*made, x.root(), same_maps(x.ndim()));
  return array{std::move(made)};
}

} // namespace

kernel_registry bench_functions() {
  kernel_registry known;
  add_naps(known);
  known.add("increment", increment);
  known.add("slow", slow);
  known.add("spin", spin);
  return known;
}

array increments(std::int64_t tasks) {
  return call(
      "increment", {},
      arange(std::int64_t{0}, tasks, std::int64_t{1}, dtype::int64, {{1}}));
}

// Numbers in a row without an end, none of them 0.
std::uint64_t go_round(std::uint64_t rounds) noexcept {
  std::uint64_t x = 0x9e3779b97f4a7c15;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
  }
  return x;
}

array spinning(std::int64_t tasks, std::uint64_t rounds) {
  std::vector<std::byte> arguments(sizeof rounds);
  std::memcpy(arguments.data(), &rounds, sizeof rounds);
  return call(
      "spin", std::move(arguments),
      arange(std::int64_t{0}, tasks, std::int64_t{1}, dtype::int64, {{1}}));
}

array slowed(const array& x, double seconds) {
  std::vector<std::byte> arguments(sizeof seconds);
  std::memcpy(arguments.data(), &seconds, sizeof seconds);
  return call("slow", std::move(arguments), x);
}

} // namespace tern::bench
