// Sources that are made again rather than held. In `x - x.mean()` the mean
// needs every block of x before the difference can use the first one, so all of
// x is held across that barrier, in memory that may not be there. Where x is
// cheap to make (random numbers by counter, constants, a little arithmetic on
// them) each reader gets a copy of the layer for itself, which fusion then puts
// into the reader: x is made twice and never stored. Philox gives a double in
// about a nanosecond; a block written, held and read back costs about as much
// when memory is plenty, and everything when it is not.
//
// A copy that no reader could take in (it feeds a product, or is repeated along
// an axis) is the same work as the other copies, and `share` makes one layer of
// them again.
//
// A root stays one layer: its blocks are held for the session anyway.

#include "dataflow/block/tile_program.hpp"
#include "dataflow/optimize/optimize.hpp"

#include <algorithm>

namespace tern {

namespace {

/// What may be done again for each reader, in additions an element.
constexpr std::size_t most_weight = 32;
constexpr std::size_t weight_of_random = 8;

std::size_t weight_of(const op_blockwise& op) {
  std::vector<dtype> types;
  std::size_t weight = 0;
  for (auto& o : op.operands) {
    types.push_back(o.made.type);
    weight += o.made.kind == source_kind::full ? 0 : weight_of_random;
  }
  return weight + tile_program(op.code, types).weight();
}

bool is_cheap_source(const layer& l) {
  auto* op = std::get_if<op_blockwise>(&l.op);
  return op && l.inputs.empty() && !l.edges && weight_of(*op) <= most_weight;
}

bool is_elementwise(const layer& l) {
  return std::holds_alternative<op_blockwise>(l.op)
         || std::holds_alternative<op_reduce_chunk>(l.op);
}

/// For each layer whether its elementwise readers get copies.
std::vector<bool> choose(const graph& g) {
  std::vector<int> readings(g.layers.size(), 0);
  for (auto& l : g.layers)
    for (auto& in : l.inputs)
      ++readings[in.from];
  std::vector<bool> copied(g.layers.size(), false);
  for (std::size_t id = 0; id < g.layers.size(); ++id)
    copied[id] = readings[id] > 1 && is_cheap_source(g.layers[id]);
  for (auto root : g.roots)
    copied[root] = false;
  return copied;
}

} // namespace

graph rematerialise(graph g) {
  const auto copied = choose(g);
  graph result;
  std::vector<layer_id> number(g.layers.size());
  for (std::size_t id = 0; id < g.layers.size(); ++id) {
    auto& l = g.layers[id];
    for (auto& in : l.inputs) {
      const bool copy = copied[in.from] && is_elementwise(l);
      in.from = number[in.from];
      if (!copy)
        continue;
      result.layers.push_back(result.layers[in.from]);
      in.from = static_cast<layer_id>(result.layers.size() - 1);
    }
    number[id] = static_cast<layer_id>(result.layers.size());
    result.layers.push_back(std::move(l));
  }
  for (auto root : g.roots)
    result.roots.push_back(number[root]);
  return cull(std::move(result));
}

} // namespace tern
