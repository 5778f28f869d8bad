// A user's program: an expression is built, cut and lowered to a graph.

#include "dataflow/array/array.hpp"

#include <iostream>
#include <optional>
#include <span>

int main() {
  auto x = tern::random_uniform({60, 60}, 1, tern::dtype::float64, {{20}});
  auto sum = tern::binary(tern::opcode::add, x, x.transpose())
                 .reduce(tern::reduction::sum, std::nullopt);
  auto planned = tern::lower(std::span(&sum, 1));
  auto well = sum.shape().empty() && x.cut().front().count() == 3;
  std::cout << (well ? "tern works from outside\n" : "something is wrong\n");
}
