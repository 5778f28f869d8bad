#include "actors/simulation/random.hpp"
#include "dataflow/array/array.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "dataflow/runtime/simulation/plan_simulation.hpp"

#include <cmath>
#include <span>
#include <vector>

namespace tern {

namespace {

using simulation::random_source;

array random_source_array(random_source& rng, std::int64_t n,
                          std::int64_t chunk) {
  const chunk_spec cut{{chunk}};
  switch (rng.below(3)) {
  case 0:
    return random_uniform({n, n}, rng.below(1000), dtype::float64, cut);
  case 1:
    return full({n, n}, scalar{0.5 + static_cast<double>(rng.below(9))}, {},
                cut);
  default:
    return ones({n, n}, dtype::float64, cut);
  }
}

array random_step(random_source& rng, const array& x, const array& y) {
  switch (rng.below(8)) {
  case 0:
    return binary(opcode::add, x, y.transpose());
  case 1:
    return binary(opcode::multiply, x, scalar{1.5});
  case 2:
    return binary(
        opcode::subtract, x,
        y.reduce(reduction::mean, std::vector<std::int64_t>{0}, true));
  case 3:
    return unary(opcode::sin, binary(opcode::add, x, y));
  case 4:
    return x.dot(y);
  case 5:
    return binary(opcode::maximum, x,
                  y.reduce(reduction::max, std::vector<std::int64_t>{1}, true));
  case 6:
    return x.transpose();
  default:
    return binary(opcode::subtract, x, y);
  }
}

/// The last is what the steps came to.
std::vector<array> random_arrays(random_source& rng) {
  const auto n = static_cast<std::int64_t>(7 + rng.below(14));
  const auto chunk = static_cast<std::int64_t>(2 + rng.below(4));
  std::vector<array> known{random_source_array(rng, n, chunk),
                           random_source_array(rng, n, chunk)};
  const auto steps = 1 + rng.below(4);
  for (std::uint64_t i = 0; i < steps; ++i)
    known.push_back(random_step(rng, known[rng.below(known.size())],
                                known[rng.below(known.size())]));
  return known;
}

graph random_expression(random_source& rng) {
  const auto known = random_arrays(rng);
  std::vector<array> roots{known.back()};
  if (rng.chance(0.5))
    roots.push_back(known.back().reduce(reduction::std_deviation, {}));
  auto g = lower(roots);
  return rng.chance(0.7) ? optimize(std::move(g)) : cull(std::move(g));
}

// Tasks with up to 4 inputs among the tasks before them, and a layer that
// reads the last few.
graph random_irregular(random_source& rng) {
  const auto n = 10 + rng.below(60);
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets.push_back(0);
  for (std::uint64_t i = 0; i < n; ++i) {
    const auto inputs = i == 0 ? 0 : rng.below(5);
    for (std::uint64_t k = 0; k < inputs; ++k)
      edges->predecessors.push_back(static_cast<std::uint32_t>(rng.below(i)));
    edges->offsets.push_back(edges->predecessors.size());
  }
  edges->index();
  const auto wanted = static_cast<std::int64_t>(1 + rng.below(5));
  layer tasks;
  tasks.op = op_call{std::string{simulated_kernel}, {}};
  tasks.out = {axis_chunks::ones(static_cast<std::int64_t>(n))};
  tasks.expression = "irregular";
  tasks.edges = std::move(edges);
  layer last;
  op_blockwise copy;
  copy.code.steps.push_back({});
  copy.operands.push_back(
      {.input = 0, .axes = {}, .made = {}, .made_axes = {}});
  last.op = copy;
  last.out = {axis_chunks::ones(wanted)};
  last.expression = "last";
  layer_input from;
  from.axes.push_back({.how = axis_map::kind::same,
                       .axis = 0,
                       .offset = static_cast<std::int64_t>(n) - wanted,
                       .factor = 1});
  last.inputs.push_back(from);
  return {{std::move(tasks), std::move(last)}, {1}};
}

} // namespace

block run_simulated_kernel(std::span<const block> inputs) {
  double sum = 1;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    sum += static_cast<double>(i + 1) * inputs[i].item();
  block_builder out{dtype::float64, {1}};
  out.values<double>()[0] = std::fmod(sum, 1048573.0);
  return out.finish();
}

graph random_rechunks(std::uint64_t seed) {
  random_source rng{seed * 2 + 1};
  const auto x = random_arrays(rng).back();
  const auto cut = [&] {
    return static_cast<std::int64_t>(2 + rng.below(6));
  };
  const auto n = x.shape()[0];
  const auto columns = x.rechunk({{n, cut()}});
  const auto rows = columns.rechunk({{cut(), n}});
  const std::vector<array> roots{binary(opcode::add, columns, scalar{1.0}),
                                 rows.reduce(reduction::sum, {})};
  return optimize(lower(roots));
}

graph random_plan(std::uint64_t seed) {
  random_source rng{seed * 2 + 1};
  return rng.chance(0.4) ? random_irregular(rng) : random_expression(rng);
}

} // namespace tern
