#pragma once

#include "dataflow/graph/graph.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace tern::test {

/// A graph of one layer of calls; `inputs[i]` are the tasks that task i reads.
/// Each block has `elements` numbers.
inline graph graph_of(const std::vector<std::vector<std::uint32_t>>& inputs,
                      std::int64_t elements = 1) {
  auto edges = std::make_shared<explicit_edges>();
  edges->offsets.push_back(0);
  for (const auto& of : inputs) {
    edges->predecessors.insert(edges->predecessors.end(), of.begin(), of.end());
    edges->offsets.push_back(edges->predecessors.size());
  }
  edges->index();
  layer l;
  l.op = op_call{"nothing", {}};
  axis_chunks cut;
  cut.append(static_cast<std::int64_t>(inputs.size()), elements);
  l.out.push_back(cut);
  l.edges = std::move(edges);
  graph g;
  g.layers.push_back(std::move(l));
  g.roots = {0};
  return g;
}

} // namespace tern::test
