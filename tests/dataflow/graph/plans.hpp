#pragma once

// Small graphs of every operation, for the tests of codec and validation.

#include "dataflow/array/array.hpp"
#include "dataflow/optimize/optimize.hpp"
#include "tests/dataflow/array/operators.hpp"
#include "tests/dataflow/graph/random_graph.hpp"

#include <complex>
#include <string>
#include <utility>
#include <vector>

namespace tern::test {

inline array slide(std::int64_t size, std::int64_t cut) {
  auto x = random_uniform({size, size}, 1, dtype::float64, {{cut}}).named("x");
  return ((x + x.transpose()) - x.reduce(reduction::mean, axes{0}))
      .reduce(reduction::std_deviation, {}, false, 1);
}

inline graph lowered(const array& a) {
  return lower({&a, 1});
}

/// By name: the names of seeds and of failures.
inline std::vector<std::pair<std::string, graph>> plans() {
  std::vector<std::pair<std::string, graph>> all;
  auto add = [&](std::string name, graph g) {
    all.emplace_back(std::move(name), std::move(g));
  };
  auto x = random_uniform({7, 5}, 3, dtype::float32, {{2, 3}}).named("x");
  auto ramp =
      arange(std::int64_t{0}, std::int64_t{7}, std::int64_t{1}, {}, {{2}});
  add("slide", lowered(slide(8, 2)));
  add("slide_fused", optimize(lowered(slide(8, 2))));
  add("slice", lowered(at(x, {cut(6, 1, -2), newaxis, one(3)})));
  add("view", optimize(lowered(at(ramp, {whole, newaxis}) * x)));
  add("dot", lowered(x.dot(x.transpose())));
  add("dot_tree", lowered(random_uniform({3, 40}, 1, dtype::float64, {{2, 1}})
                              .dot(ones({40}))));
  add("dot_batch",
      lowered(matmul(random_uniform({3, 2, 7}, 1, dtype::float32, {{2, 1, 3}}),
                     x)));
  add("scalars", lowered(binary(opcode::add, true, 2.5)));
  add("empty", lowered(at(x, {cut(3, 2)}).reduce(reduction::sum, axes{0})));
  add("where", optimize(lowered(
                   where(greater(x, 0.5), x, 1).reduce(reduction::any, {}))));
  const array parts[] = {x, at(x, {cut(1, 4)})};
  add("assemble", lowered(concatenate(parts)));
  add("reshape", lowered(reshape(x, {5, 7})));
  add("scan", lowered(x.cumsum(0)));
  const std::int64_t picks[] = {0, 2, 3, 3, 6, 1};
  add("take", lowered(take(x, picks, 0)));
  add("index", lowered(x.argmin(1)));
  const scalar turn = std::complex{0.5, -2.0};
  add("complex", lowered(full({7, 5}, turn, {}, {{2}}) * x));
  add("complex_sums",
      optimize(lowered((x * turn).reduce(reduction::variance, axes{0}))));
  op_read_nc read;
  read.path = "data.nc";
  read.variable = "sst";
  read.missing = {-1e34, 99};
  read.scale = 0.5;
  read.unpack = true;
  add("read_nc", lowered(from_layer(read, dtype::float64, x.cut(), "sst")
                             .reduce(reduction::nanmean, axes{0}, true)));
  add("read_npy", lowered(from_layer(op_read_npy{"data.npy"}, dtype::int64,
                                     x.cut(), "data")));
  graph_maker maker{5};
  graph calls;
  calls.layers.push_back(maker.with_edges());
  calls.layers[0].op = op_call{"f", {std::byte{1}, std::byte{2}}};
  calls.roots = {0};
  add("edges", calls);
  add("opaque",
      lowered(from_layer(op_call{"f", {}, true}, dtype::float64, {}, "f()")));
  add("call_options", lowered(from_layer(op_call{"f", {}, true, 3, -7},
                                         dtype::float64, {}, "f()")));
  add("call_resources",
      lowered(
          from_layer(op_call{"f", {}, true, 0, 0, {{"GPU", 1}, {"licence", 2}}},
                     dtype::float64, {}, "f()")));
  add("maps", graph_maker{17}.make());
  return all;
}

} // namespace tern::test
