#include "dataflow/optimize/optimize.hpp"

#include <limits>

namespace tern {

graph cull(graph g) {
  constexpr auto unread = std::numeric_limits<layer_id>::max();
  std::vector<layer_id> number(g.layers.size(), unread);
  for (auto root : g.roots)
    number[root] = 0;
  // readers come after what they read
  for (auto id = g.layers.size(); id-- > 0;)
    if (number[id] != unread)
      for (auto& in : g.layers[id].inputs)
        number[in.from] = 0;

  graph result;
  for (std::size_t id = 0; id < g.layers.size(); ++id) {
    if (number[id] == unread)
      continue;
    number[id] = static_cast<layer_id>(result.layers.size());
    result.layers.push_back(std::move(g.layers[id]));
    for (auto& in : result.layers.back().inputs)
      in.from = number[in.from];
  }
  for (auto root : g.roots)
    result.roots.push_back(number[root]);
  return result;
}

} // namespace tern
