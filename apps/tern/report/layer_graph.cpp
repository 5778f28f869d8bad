#include "apps/tern/report/layer_graph.hpp"

#include "apps/tern/plan_dot.hpp"
#include "dataflow/runtime/analysis/layer_words.hpp"

#include <algorithm>
#include <map>

namespace tern {

namespace {

layer_box box_of(const edge_index& plan, layer_id id) {
  const auto& l = plan.at(id);
  return {id,
          kernel_of(l),
          l.expression,
          plan.needed(id).size(),
          is_opaque(l) ? 0 : bytes_of_layer(plan, id),
          plan.is_root(id)};
}

/// `count` of what `seen` tasks read, for all `tasks`.
std::uint64_t scaled(std::uint64_t count, std::int64_t seen,
                     std::int64_t tasks) {
  if (seen == tasks)
    return count;
  return static_cast<std::uint64_t>(static_cast<double>(count)
                                    * static_cast<double>(tasks)
                                    / static_cast<double>(seen));
}

void add_edges(const edge_index& plan, layer_id to, std::int64_t most,
               std::vector<layer_edge>& out) {
  const auto tasks = plan.needed(to).size();
  const auto seen = std::min(tasks, most);
  std::map<layer_id, layer_edge> by_layer;
  for (std::int64_t rank = 0; rank < seen; ++rank)
    plan.each_input(plan.at_rank(to, rank),
                    [&](std::uint32_t, const block_key& block) {
                      auto& edge = by_layer[block.layer];
                      ++edge.reads;
                      if (!is_opaque(plan.at(block.layer)))
                        edge.bytes += plan.block_bytes(block);
                    });
  for (const auto& [from, edge] : by_layer)
    out.push_back({from, to, scaled(edge.reads, seen, tasks),
                   scaled(edge.bytes, seen, tasks), seen < tasks});
}

} // namespace

layer_graph layers_of(const edge_index& plan,
                      const layer_graph_limits& limits) {
  layer_graph out;
  const auto drawn = std::min(plan.layers(), limits.layers);
  out.left_out = plan.layers() - drawn;
  for (layer_id id = 0; id < drawn; ++id) {
    out.boxes.push_back(box_of(plan, id)); // inputs come before their readers
    add_edges(plan, id, limits.counted, out.edges);
  }
  return out;
}

} // namespace tern
